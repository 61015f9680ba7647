#include "text.h"

static void add_byte(struct text *t, char c)
{
    if (t->length < t->size)
        t->data[t->length] = c;
    t->length++;
}

void text_add(struct text *t, const char *word)
{
    for (; *word != '\0'; word++)
        add_byte(t, *word);
}

void text_add_number(struct text *t, long number)
{
    if (number >= 10)
        text_add_number(t, number / 10);
    add_byte(t, (char)('0' + number % 10));
}
