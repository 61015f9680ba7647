#include "answer.h"
#include "stretch.h"
#include "text.h"
#include <string.h>

int answer_is_whole(enum charset charset, const char *body, size_t n)
{
    static const char end[] = "</response>";
    struct stretch s = {charset, body, n / (size_t)charset};

    if (n % (size_t)charset != 0)
        return 0;
    for (size_t i = 0; i < s.n; i++)
        if (stretch_unit(s, i) == 0)
            return 0;
    s = stretch_trim_end(stretch_trim_start(s));
    return s.n >= sizeof end - 1 &&
           stretch_starts_with(stretch_behind(s, s.n - (sizeof end - 1)), end) &&
           (stretch_starts_with(s, "<?xml") || stretch_starts_with(s, "<response"));
}

static void add_message(struct text *t, const struct fault *fault)
{
    const struct message_text *message = message_text(fault->message);
    const int64_t *number = fault->numbers;

    for (size_t i = 0;; i++) {
        unsigned c = t->charset == CHARSET_GBK ? (unsigned char)message->gbk[i] : message->utf16[i];
        if (c == 0)
            return;
        if (c == '%')
            text_add_number(t, *number++);
        else if (c == '$')
            text_add_bytes(t, fault->reason->text, fault->reason->n);
        else
            text_add_unit(t, c);
    }
}

/* What fails is answered with the empty fields that the function answers such a certificate with
 * (specification, section 4), where there are any. protocol/function.go has the same table. */
static const struct {
    const char *funid;
    const char *certificate;
    const char *body;
} empty_bodies[] = {
    {"N04.00.00.01", "01", "        <out_put></out_put>\n"},
    {"N04.00.00.01", "03",
     "        <idcard_no/>\n        <card_no/>\n        <name/>\n        <card_code/>\n"},
};

/* A funid that cannot be seen at a glance may be any of them. */
static const char *empty_body(const struct request *r)
{
    for (size_t i = 0; i < sizeof empty_bodies / sizeof empty_bodies[0]; i++)
        if ((r->funid[0] == '\0' || strcmp(r->funid, empty_bodies[i].funid) == 0) &&
            strcmp(r->certificate, empty_bodies[i].certificate) == 0)
            return empty_bodies[i].body;
    return "";
}

static void write_full(struct text *t, const struct request *r, const struct fault *fault)
{
    text_add(t, "<?xml version=\"1.0\" encoding=\"GBK\" ?>\n"
                "<response>\n"
                "    <Header>\n"
                "        ");
    if (r->funid[0] == '\0') {
        text_add(t, "<funid/>");
    } else {
        text_add(t, "<funid>");
        text_add(t, r->funid);
        text_add(t, "</funid>");
    }
    text_add(t, "\n"
                "        <sign>0000000000000000</sign>\n"
                "        <result>-1</result>\n"
                "        <msg>");
    add_message(t, fault);
    text_add(t, "</msg>\n"
                "    </Header>\n"
                "    <Body>\n");
    text_add(t, empty_body(r));
    text_add(t, "    </Body>\n"
                "</response>");
}

static void write_short(struct text *t, const struct request *r, const struct fault *fault)
{
    (void)r;
    text_add(t, "<response><Header><result>-1</result><msg>");
    add_message(t, fault);
    text_add(t, "</msg></Header></response>");
}

static void write_bare(struct text *t, const struct request *r, const struct fault *fault)
{
    (void)r;
    (void)fault;
    text_add(t, "<response><Header><result>-1</result></Header></response>");
}

int answer_fault(const struct request *r, struct fault fault, char *resp, int capacity)
{
    static void (*const forms[])(struct text *, const struct request *,
                                 const struct fault *) = {write_full, write_short, write_bare};
    size_t size = (size_t)capacity;
    size_t nul = (size_t)r->charset;
    int needed = 0;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct text t = {NULL, 0, 0, r->charset};
        forms[i](&t, r, &fault);
        if (t.length + nul <= size) {
            t = (struct text){resp, t.length, 0, r->charset};
            forms[i](&t, r, &fault);
            memset(resp + t.length, 0, nul);
            return needed;
        }
        if (i == 0)
            needed = (int)(t.length + nul);
    }
    memset(resp, 0, nul < size ? nul : size);
    return needed;
}
