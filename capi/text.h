/* A text built in memory of fixed size. */
#ifndef TEXT_H
#define TEXT_H

#include "charset.h"
#include <stddef.h>
#include <stdint.h>

/*
 * length counts what was added, also what found no room: a text with size 0 only measures, and
 * length > size tells that data is incomplete. Both are in bytes. No NUL is added.
 */
struct text {
    char *data;
    size_t size;
    size_t length;
    enum charset charset;
};

void text_add_unit(struct text *t, unsigned unit);
void text_add(struct text *t, const char *word);                  /* ASCII */
void text_add_bytes(struct text *t, const char *bytes, size_t n); /* in the text's charset */
void text_add_number(struct text *t, int64_t number);             /* decimal; not negative */

#endif
