#include "http.h"
#include <stddef.h>
#include <string.h>

enum state {
    VERSION,
    STATUS,
    REASON,
    LINE_END,
    LINE,
    NAME,
    VALUE,
    DIGITS,
    PADDING,
    REFUSED,
    HEAD_END
};

static void start_response(struct http_head *h)
{
    h->status = 0;
    h->length = -1;
    h->needed = -1;
    h->secret = 0;
    h->number = NULL;
    h->at = 0;
    h->state = VERSION;
}

void http_head_start(struct http_head *h)
{
    start_response(h);
    h->size = 0;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 9110, 5.5: visible characters, blanks, tabs and anything above ASCII. */
static int is_field(char c)
{
    unsigned char u = (unsigned char)c;

    return c == '\t' || (u >= 0x20 && u != 0x7f);
}

/* RFC 9110, 5.6.2 */
static int is_token(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static enum http_step move(struct http_head *h, enum state next)
{
    h->state = (int)next;
    h->at = 0;
    return HTTP_MORE;
}

static enum http_step take_version(struct http_head *h, char c)
{
    static const char form[] = "HTTP/1.? ";

    if (form[h->at] == '?' ? !is_digit(c) : c != form[h->at])
        return HTTP_MALFORMED;
    h->at++;
    return form[h->at] == '\0' ? move(h, STATUS) : HTTP_MORE;
}

static enum http_step take_status(struct http_head *h, char c)
{
    if (h->at < 3) {
        if (!is_digit(c))
            return HTTP_MALFORMED;
        h->status = h->status * 10 + (c - '0');
        h->at++;
        return HTTP_MORE;
    }
    if (h->status < 100 || h->status > 599 || h->status == 101)
        return HTTP_MALFORMED;
    if (c == ' ')
        return move(h, REASON);
    return c == '\r' ? move(h, LINE_END) : HTTP_MALFORMED;
}

static enum http_step take_name(struct http_head *h, char c)
{
    if (c == ':' && h->at > 0) {
        h->name[h->at] = '\0';
        h->number = NULL;
        if (strcmp(h->name, "transfer-encoding") == 0)
            return HTTP_MALFORMED;
        if (strcmp(h->name, "content-length") == 0)
            h->number = &h->length;
        else if (strcmp(h->name, "mps-needed") == 0)
            h->number = &h->needed;
        if (h->number != NULL && *h->number != -1)
            return HTTP_MALFORMED; /* twice */
        return move(h, strcmp(h->name, "mps-refused") == 0 ? REFUSED : VALUE);
    }
    if (!is_token(c))
        return HTTP_MALFORMED;
    if (h->at < (int)sizeof h->name - 1)
        h->name[h->at++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return HTTP_MORE;
}

static enum http_step take_value(struct http_head *h, char c)
{
    if (!is_field(c) && c != '\r')
        return HTTP_MALFORMED;
    if (h->number == NULL)
        return c == '\r' ? move(h, LINE_END) : HTTP_MORE;
    if (c == ' ' || c == '\t')
        return HTTP_MORE;
    if (!is_digit(c))
        return HTTP_MALFORMED;
    *h->number = c - '0';
    return move(h, DIGITS);
}

static enum http_step take_digits(struct http_head *h, char c)
{
    if (c == '\r')
        return move(h, LINE_END);
    if (c == ' ' || c == '\t')
        return move(h, PADDING);
    if (!is_digit(c) || h->state == PADDING)
        return HTTP_MALFORMED;
    if (*h->number <= HTTP_LENGTH_MAX)
        *h->number = *h->number * 10 + (c - '0');
    if (*h->number > HTTP_LENGTH_MAX)
        *h->number = HTTP_LENGTH_MAX + 1;
    return HTTP_MORE;
}

/* take_refused compares the value with the one word that matters; what differs leaves at beyond. */
static enum http_step take_refused(struct http_head *h, char c)
{
    static const char word[] = "secret";
    enum { END = sizeof word - 1, BEYOND };
    int blank = c == ' ' || c == '\t';

    if (c == '\r') {
        h->secret = h->at == END;
        return move(h, LINE_END);
    }
    if (!is_field(c))
        return HTTP_MALFORMED;
    if (blank && (h->at == 0 || h->at == END))
        return HTTP_MORE;
    h->at = h->at < END && c == word[h->at] ? h->at + 1 : BEYOND;
    return HTTP_MORE;
}

enum http_step http_head_byte(struct http_head *h, char c)
{
    if (++h->size > HTTP_HEAD_MAX)
        return HTTP_MALFORMED;
    switch ((enum state)h->state) {
    case VERSION:
        return take_version(h, c);
    case STATUS:
        return take_status(h, c);
    case REASON:
        if (c == '\r')
            return move(h, LINE_END);
        return is_field(c) ? HTTP_MORE : HTTP_MALFORMED;
    case LINE_END:
        return c == '\n' ? move(h, LINE) : HTTP_MALFORMED;
    case LINE:
        if (c == '\r')
            return move(h, HEAD_END);
        h->state = NAME;
        return take_name(h, c);
    case NAME:
        return take_name(h, c);
    case VALUE:
        return take_value(h, c);
    case DIGITS:
    case PADDING:
        return take_digits(h, c);
    case REFUSED:
        return take_refused(h, c);
    case HEAD_END:
        if (c != '\n')
            return HTTP_MALFORMED;
        if (h->status >= 200)
            return HTTP_COMPLETE;
        start_response(h);
        return HTTP_MORE;
    }
    return HTTP_MALFORMED;
}
