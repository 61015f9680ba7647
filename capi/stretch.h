/* A stretch of somebody else's text, read unit by unit and never written. */
#ifndef STRETCH_H
#define STRETCH_H

#include "charset.h"
#include <stddef.h>

struct stretch {
    enum charset charset;
    const char *at;
    size_t n; /* in units */
};

/* stretch_unit returns the unit number i, which is less than n. */
static inline unsigned stretch_unit(struct stretch s, size_t i)
{
    return charset_unit(s.charset, s.at, i);
}

/* stretch_behind returns what is behind the first n units. */
struct stretch stretch_behind(struct stretch s, size_t n);

/* stretch_starts_with tells whether s starts with an ASCII word. */
int stretch_starts_with(struct stretch s, const char *word);

/* stretch_find returns s from the first such word on, nothing when there is none. */
struct stretch stretch_find(struct stretch s, const char *word);

/* stretch_trim_start and stretch_trim_end return s without XML's white space before and behind. */
struct stretch stretch_trim_start(struct stretch s);
struct stretch stretch_trim_end(struct stretch s);

#endif
