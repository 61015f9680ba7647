#include "charset.h"
#include "mps_client.h"
#include "platform.h"

enum { START_MAX = 16 }; /* units up to the first "<" */

/* Somebody's memory: the first known bytes can be read, of what is behind nobody knows. */
struct memory {
    const unsigned char *at;
    size_t known;
};

enum { NO_UNIT = 0x10000 };

/* unit_at returns the unit number i of a text in UTF-16, NO_UNIT where none can be read. */
static unsigned unit_at(struct memory m, size_t i)
{
    const unsigned char *at = m.at + 2 * i;
    unsigned char copy[2];

    if (2 * i + 2 <= m.known)
        return at[0] | (unsigned)at[1] << 8;
    if (!platform_peek(at, copy, sizeof copy))
        return NO_UNIT;
    return copy[0] | (unsigned)copy[1] << 8;
}

static int is_ascii(unsigned unit)
{
    return unit > 0 && unit < 0x80;
}

/* known_bytes counts the bytes up to the first NUL, with it. */
static size_t known_bytes(const unsigned char *at)
{
    size_t n = 0;

    while (n < MPS_REQUEST_MAX && at[n] != 0)
        n++;
    return n + 1;
}

/* begins_in_bytes tells of a request in GBK or UTF-8: "<", behind a byte order mark and blanks. */
static int begins_in_bytes(const unsigned char *at)
{
    if (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF)
        at += 3;
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        at++;
    return *at == '<' && at[1] != 0;
}

/* begins_in_units tells of a request in UTF-16: "<" and another ASCII character near its start. */
static int begins_in_units(struct memory m)
{
    for (size_t i = 0; i < START_MAX; i++) {
        unsigned unit = unit_at(m, i);
        if (unit == 0 || unit == NO_UNIT)
            return 0;
        if (unit == '<')
            return is_ascii(unit_at(m, i + 1));
    }
    return 0;
}

/* ends_in_units tells whether a text in UTF-16 ends, or is too long, before its memory does. */
static int ends_in_units(struct memory m)
{
    for (size_t i = 0; i <= MPS_REQUEST_MAX; i++) {
        unsigned unit = unit_at(m, i);
        if (unit == 0 || unit == NO_UNIT)
            return unit == 0;
    }
    return 1;
}

/* is_blank_in_units tells of a buffer that came in filled with blanks of UTF-16. The first byte
 * that is none ends the look. */
static int is_blank_in_units(const char *resp, size_t room)
{
    size_t n = 0;

    while (n < 2 * BLANKS_MIN && n < room && resp[n] == (n % 2 == 0 ? ' ' : '\0'))
        n++;
    return n == 2 * BLANKS_MIN;
}

enum charset charset_of(const char *text, const char *resp, size_t room)
{
    struct memory m = {(const unsigned char *)text, 0};

    if (m.at[0] != 0 && m.at[1] != 0 && begins_in_bytes(m.at))
        return CHARSET_GBK;
    m.known = known_bytes(m.at);
    if (m.at[0] == 0xFF && m.at[1] == 0xFE)
        return ends_in_units(m) ? CHARSET_UTF16LE : CHARSET_GBK;
    if (is_ascii(m.at[0]) && m.at[1] == 0 && is_ascii(unit_at(m, 1)))
        return CHARSET_UTF16LE;
    if (begins_in_units(m))
        return CHARSET_UTF16LE;
    if (is_blank_in_units(resp, room) && ends_in_units(m))
        return CHARSET_UTF16LE;
    return CHARSET_GBK;
}
