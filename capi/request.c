#include "request.h"
#include "mps_client.h"
#include "stretch.h"
#include <string.h>

/* Only what needs no decoding and no escaping is worth echoing. */
static int is_plain(unsigned c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
}

/* peek copies the plain text between the tags open and close to value, or nothing. */
static void peek(const struct request *r, const char *open, const char *close, char *value,
                 size_t size)
{
    struct stretch s = stretch_find((struct stretch){r->charset, r->text, r->length}, open);
    size_t n = 0;

    value[0] = '\0';
    if (s.n == 0)
        return;
    s = stretch_trim_start(stretch_behind(s, strlen(open)));
    for (; n < s.n && is_plain(stretch_unit(s, n)); n++) {
        if (n + 1 == size) {
            value[0] = '\0';
            return;
        }
        value[n] = (char)stretch_unit(s, n);
    }
    value[stretch_starts_with(stretch_trim_start(stretch_behind(s, n)), close) ? n : 0] = '\0';
}

void request_look(struct request *r, const char *text, const char *resp, size_t room)
{
    r->text = text;
    r->charset = charset_of(text, resp, room);
    r->length = 0;
    while (r->length <= MPS_REQUEST_MAX && charset_unit(r->charset, text, r->length) != 0)
        r->length++;
    peek(r, "<funid>", "</funid>", r->funid, sizeof r->funid);
    peek(r, "<mdtrt_cert_type>", "</mdtrt_cert_type>", r->certificate, sizeof r->certificate);
}
