/*
 * The two charsets of callers: GBK, as the specification has it, and UTF-16LE, which PowerBuilder
 * 10 and later passes because the specification's declaration lacks ";ansi". A text is a row of
 * units that ends with a unit 0.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stddef.h>

enum charset { CHARSET_GBK = 1, CHARSET_UTF16LE = 2 }; /* the value is a unit's bytes */

/* charset_unit returns the unit number i of a text. */
static inline unsigned charset_unit(enum charset charset, const char *text, size_t i)
{
    const unsigned char *at = (const unsigned char *)text + i * (size_t)charset;

    return charset == CHARSET_GBK ? at[0] : at[0] | (unsigned)at[1] << 8;
}

/*
 * charset_of tells the charset of a request by its first two characters, which are ASCII in any
 * request; a byte order mark may stand before them. It reads nothing that may not be there: a
 * text of one character counts as GBK.
 */
enum charset charset_of(const char *text);

#endif
