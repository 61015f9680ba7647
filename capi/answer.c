#include "answer.h"
#include "mps_client.h"
#include "text.h"
#include <string.h>

/* A stretch of a text: n units. */
struct stretch {
    enum charset charset;
    const char *at;
    size_t n;
};

static unsigned unit(struct stretch s, size_t i)
{
    return charset_unit(s.charset, s.at, i);
}

static struct stretch behind(struct stretch s, size_t n)
{
    return (struct stretch){s.charset, s.at + n * (size_t)s.charset, s.n - n};
}

static int starts_with(struct stretch s, const char *word)
{
    size_t i = 0;

    while (i < s.n && word[i] != '\0' && unit(s, i) == (unsigned char)word[i])
        i++;
    return word[i] == '\0';
}

/* find returns what begins with word, or nothing. */
static struct stretch find(struct stretch s, const char *word)
{
    while (s.n > 0 && !starts_with(s, word))
        s = behind(s, 1);
    return s;
}

static int is_blank(unsigned c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct stretch behind_blanks(struct stretch s)
{
    while (s.n > 0 && is_blank(unit(s, 0)))
        s = behind(s, 1);
    return s;
}

/* Only what needs no decoding and no escaping is worth echoing. */
static int is_plain(unsigned c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
}

/* peek copies the plain text between the tags open and close to value, or nothing. */
static void peek(const struct request *r, const char *open, const char *close, char *value,
                 size_t size)
{
    struct stretch s = find((struct stretch){r->charset, r->text, r->length}, open);
    size_t n = 0;

    value[0] = '\0';
    if (s.n == 0)
        return;
    s = behind_blanks(behind(s, strlen(open)));
    for (; n < s.n && is_plain(unit(s, n)); n++) {
        if (n + 1 == size) {
            value[0] = '\0';
            return;
        }
        value[n] = (char)unit(s, n);
    }
    value[starts_with(behind_blanks(behind(s, n)), close) ? n : 0] = '\0';
}

void request_look(struct request *r, const char *text)
{
    r->text = text;
    r->charset = charset_of(text);
    r->length = 0;
    while (r->length <= MPS_REQUEST_MAX && charset_unit(r->charset, text, r->length) != 0)
        r->length++;
    peek(r, "<funid>", "</funid>", r->funid, sizeof r->funid);
    peek(r, "<mdtrt_cert_type>", "</mdtrt_cert_type>", r->certificate, sizeof r->certificate);
}

int answer_is_whole(enum charset charset, const char *body, size_t n)
{
    static const char end[] = "</response>";
    struct stretch s = {charset, body, n / (size_t)charset};

    if (n % (size_t)charset != 0)
        return 0;
    for (size_t i = 0; i < s.n; i++)
        if (unit(s, i) == 0)
            return 0;
    s = behind_blanks(s);
    while (s.n > 0 && is_blank(unit(s, s.n - 1)))
        s.n--;
    return s.n >= sizeof end - 1 && starts_with(behind(s, s.n - (sizeof end - 1)), end) &&
           (starts_with(s, "<?xml") || starts_with(s, "<response"));
}

static void add_message(struct text *t, const struct fault *fault)
{
    const struct message_text *message = message_text(fault->message);
    const long *number = fault->numbers;

    for (size_t i = 0;; i++) {
        unsigned c = t->charset == CHARSET_GBK ? (unsigned char)message->gbk[i] : message->utf16[i];
        if (c == 0)
            return;
        if (c == '%')
            text_add_number(t, *number++);
        else
            text_add_unit(t, c);
    }
}

/* The empty bodies of the specification's two error samples. */
static const char *empty_body(const struct request *r)
{
    if (strcmp(r->certificate, "03") == 0)
        return "        <idcard_no/>\n        <card_no/>\n        <name/>\n        <card_code/>\n";
    if (strcmp(r->certificate, "01") == 0)
        return "        <out_put></out_put>\n";
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
