/* A text built in memory of fixed size. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/*
 * length counts what was added, also what found no room: a text with size 0 only measures, and
 * length > size tells that data is incomplete. No NUL is added.
 */
struct text {
    char *data;
    size_t size;
    size_t length;
};

void text_add(struct text *t, const char *word);
void text_add_number(struct text *t, long number); /* decimal; not negative */

#endif
