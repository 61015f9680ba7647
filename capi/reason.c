#include "reason.h"
#include "ini.h"
#include "platform.h"
#include <limits.h>
#include <string.h>

struct parsing {
    struct reason *reason;
    const char *key; /* whose value is the text */
    int id;          /* that of the writer */
};

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* set_text takes over a text in lower-case hex digits. */
static int set_text(struct reason *r, struct span hex)
{
    if (r->n != 0 || hex.n == 0 || hex.n % 2 != 0 || hex.n / 2 > sizeof r->text)
        return 0;
    for (; r->n < hex.n / 2; r->n++) {
        int high = digit(hex.at[2 * r->n]);
        int low = digit(hex.at[2 * r->n + 1]);
        if (high < 0 || low < 0)
            return 0;
        r->text[r->n] = (char)(high << 4 | low);
    }
    return 1;
}

static int set_pair(void *to, struct span key, struct span value)
{
    struct parsing *p = to;

    if (span_is(key, "pid"))
        return p->id == 0 && span_number(value, 1, INT_MAX, &p->id);
    if (span_is(key, p->key))
        return set_text(p->reason, value);
    return 1;
}

/* may_stand tells whether an ASCII character may stand in the text of an element. */
static int may_stand(unsigned c)
{
    return c >= 0x20 && c != 0x7F && c != '&' && c != '<' && c != '>';
}

static int is_gbk(const struct reason *r)
{
    for (size_t i = 0; i < r->n; i++) {
        unsigned char c = (unsigned char)r->text[i];
        if (c < 0x80 && may_stand(c))
            continue;
        if (c < 0x81 || c == 0xFF || ++i == r->n)
            return 0;
        c = (unsigned char)r->text[i];
        if (c < 0x40 || c == 0x7F || c == 0xFF)
            return 0;
    }
    return 1;
}

static int is_utf16(const struct reason *r)
{
    int open = 0; /* a high surrogate waits for its low one */

    if (r->n % 2 != 0)
        return 0;
    for (size_t i = 0; i < r->n / 2; i++) {
        unsigned c = charset_unit(CHARSET_UTF16LE, r->text, i);
        int low = c >= 0xDC00 && c <= 0xDFFF;
        if (low != open || (c < 0x80 && !may_stand(c)) || c >= 0xFFFE)
            return 0;
        open = c >= 0xD800 && c <= 0xDBFF;
    }
    return !open;
}

int reason_parse(struct reason *r, const char *file, size_t n, uint32_t id, enum charset charset)
{
    struct parsing p = {r, charset == CHARSET_GBK ? "gbk" : "utf16", 0};

    r->n = 0;
    if (ini_parse(file, n, set_pair, &p) == 0 && p.id > 0 && (uint32_t)p.id == id && r->n > 0 &&
        (charset == CHARSET_GBK ? is_gbk(r) : is_utf16(r)))
        return 1;
    r->n = 0;
    return 0;
}

void reason_get(struct reason *r, uint32_t id, enum charset charset)
{
    char data[REASON_FILE_MAX + 1];
    int n = platform_read_user("agent.reason", data, sizeof data);

    r->n = 0;
    if (n >= 0 && n <= REASON_FILE_MAX)
        reason_parse(r, data, (size_t)n, id, charset);
}
