/*
 * The two charsets of callers: GBK, as the specification has it, and UTF-16LE, which PowerBuilder
 * 10 and later passes because the specification's declaration lacks ";ansi". A text is a row of
 * units that ends with a unit 0.
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stddef.h>

enum charset { CHARSET_GBK = 1, CHARSET_UTF16LE = 2 }; /* the value is a unit's bytes */

/* So many blanks at the start of a buffer are its filling; fewer may be chance. */
enum { BLANKS_MIN = 64 };

/* charset_unit returns the unit number i of a text. */
static inline unsigned charset_unit(enum charset charset, const char *text, size_t i)
{
    const unsigned char *at = (const unsigned char *)text + i * (size_t)charset;

    return charset == CHARSET_GBK ? at[0] : at[0] | (unsigned)at[1] << 8;
}

/*
 * charset_of tells the charset of a request:
 *
 *   - GBK when its bytes begin as a request does, "<" behind blanks;
 *   - UTF-16 when it has the byte order mark FF FE, when its first two units are ASCII, or when
 *     "<" and an ASCII unit are among its first: a Chinese character or a wide blank may stand
 *     before them;
 *   - otherwise as the buffer for the answer has it, room bytes from resp on: UTF-16 when it came
 *     in filled with at least 64 blanks of UTF-16;
 *   - GBK for all that is left. Nobody can tell then: nothing, one character, or only Chinese
 *     characters in UTF-16 are as well a text of bytes ("<", NUL, NUL, NUL). A host that passes
 *     GBK has no use for an answer in UTF-16, and one that passes UTF-16 sees in either case that
 *     it asked for nothing.
 *
 * It reads nothing that may not be there: behind the first byte 0 of the request only what the
 * system says can be read, and of resp nothing behind its blanks. A text in UTF-16 without an end
 * counts as GBK unless its start shows what it is.
 */
enum charset charset_of(const char *text, const char *resp, size_t room);

#endif
