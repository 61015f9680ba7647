#include "text.h"

static void add_byte(struct text *t, unsigned byte)
{
    if (t->length < t->size)
        t->data[t->length] = (char)byte;
    t->length++;
}

void text_add_unit(struct text *t, unsigned unit)
{
    add_byte(t, unit & 0xFF);
    if (t->charset == CHARSET_UTF16LE)
        add_byte(t, unit >> 8);
}

void text_add(struct text *t, const char *word)
{
    for (; *word != '\0'; word++)
        text_add_unit(t, (unsigned char)*word);
}

void text_add_bytes(struct text *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_byte(t, (unsigned char)bytes[i]);
}

void text_add_number(struct text *t, int64_t number)
{
    if (number >= 10)
        text_add_number(t, number / 10);
    text_add_unit(t, (unsigned)('0' + number % 10));
}
