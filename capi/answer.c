#include "answer.h"
#include "mps_client.h"
#include "text.h"
#include <string.h>

static const char *find(const char *text, size_t n, const char *word)
{
    size_t length = strlen(word);

    for (; n >= length; text++, n--)
        if (memcmp(text, word, length) == 0)
            return text;
    return NULL;
}

static int starts_with(const char *text, size_t n, const char *word)
{
    return n >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Only what needs no decoding and no escaping is worth echoing. */
static int is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
}

/* peek copies the plain text between the tags open and close to value, or nothing. */
static void peek(const struct request *r, const char *open, const char *close, char *value,
                 size_t size)
{
    const char *end = r->text + r->length;
    const char *at = find(r->text, r->length, open);
    size_t n = 0;

    value[0] = '\0';
    if (at == NULL)
        return;
    at += strlen(open);
    while (at < end && is_blank(*at))
        at++;
    while (at + n < end && is_plain(at[n]))
        n++;
    if (n >= size)
        return;
    memcpy(value, at, n);
    at += n;
    while (at < end && is_blank(*at))
        at++;
    value[starts_with(at, (size_t)(end - at), close) ? n : 0] = '\0';
}

void request_look(struct request *r, const char *text)
{
    r->text = text;
    r->length = 0;
    while (r->length <= MPS_REQUEST_MAX && text[r->length] != '\0')
        r->length++;
    peek(r, "<funid>", "</funid>", r->funid, sizeof r->funid);
    peek(r, "<mdtrt_cert_type>", "</mdtrt_cert_type>", r->certificate, sizeof r->certificate);
}

int answer_is_whole(const char *body, size_t n)
{
    static const char end[] = "</response>";

    if (memchr(body, '\0', n) != NULL)
        return 0;
    while (n > 0 && is_blank(*body))
        body++, n--;
    while (n > 0 && is_blank(body[n - 1]))
        n--;
    if (n < sizeof end - 1 || memcmp(body + n - (sizeof end - 1), end, sizeof end - 1) != 0)
        return 0;
    return starts_with(body, n, "<?xml") || starts_with(body, n, "<response");
}

static void add_message(struct text *t, const struct fault *fault)
{
    const char *word = message_text(fault->message);
    const long *number = fault->numbers;

    for (; *word != '\0'; word++) {
        if (*word == '%')
            text_add_number(t, *number++);
        else
            text_add(t, (const char[]){*word, '\0'});
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
    int needed = 0;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct text t = {NULL, 0, 0};
        forms[i](&t, r, &fault);
        if (t.length < (size_t)capacity) {
            t = (struct text){resp, t.length, 0};
            forms[i](&t, r, &fault);
            resp[t.length] = '\0';
            return needed;
        }
        if (i == 0)
            needed = (int)t.length + 1;
    }
    resp[0] = '\0';
    return needed;
}
