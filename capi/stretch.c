#include "stretch.h"

struct stretch stretch_behind(struct stretch s, size_t n)
{
    return (struct stretch){s.charset, s.at + n * (size_t)s.charset, s.n - n};
}

int stretch_starts_with(struct stretch s, const char *word)
{
    size_t i = 0;

    while (i < s.n && word[i] != '\0' && stretch_unit(s, i) == (unsigned char)word[i])
        i++;
    return word[i] == '\0';
}

struct stretch stretch_find(struct stretch s, const char *word)
{
    while (s.n > 0 && !stretch_starts_with(s, word))
        s = stretch_behind(s, 1);
    return s;
}

static int is_blank(unsigned c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct stretch stretch_trim_start(struct stretch s)
{
    while (s.n > 0 && is_blank(stretch_unit(s, 0)))
        s = stretch_behind(s, 1);
    return s;
}

struct stretch stretch_trim_end(struct stretch s)
{
    while (s.n > 0 && is_blank(stretch_unit(s, s.n - 1)))
        s.n--;
    return s;
}
