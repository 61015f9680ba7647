#include "ini.h"
#include <string.h>

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
    while (s.n > 0 && is_blank(s.at[0]))
        s.at++, s.n--;
    while (s.n > 0 && is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

/* before returns s up to the first of the bytes in stops. */
static struct span before(struct span s, const char *stops)
{
    size_t n = 0;

    while (n < s.n && (s.at[n] == '\0' || strchr(stops, s.at[n]) == NULL))
        n++;
    return (struct span){s.at, n};
}

static struct span behind(struct span s, size_t n)
{
    return (struct span){s.at + n, s.n - n};
}

int span_is(struct span s, const char *name)
{
    if (s.n != strlen(name))
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != name[i])
            return 0;
    }
    return 1;
}

int span_number(struct span s, int min, int max, int *number)
{
    int n = 0;

    if (s.n < 1 || s.n > 9)
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return 0;
        n = n * 10 + (s.at[i] - '0');
    }
    if (n < min || n > max)
        return 0;
    *number = n;
    return 1;
}

static int parse_line(struct span line, ini_set *set, void *to)
{
    line = trim(before(line, ";#"));
    if (line.n == 0)
        return 1;
    if (line.at[0] == '[')
        return line.at[line.n - 1] == ']';

    struct span key = before(line, "=");
    if (key.n == line.n)
        return 0;
    return set(to, trim(key), trim(behind(line, key.n + 1)));
}

int ini_parse(const char *text, size_t n, ini_set *set, void *to)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* Notepad's UTF-8 */
    struct span rest = {text, n};

    if (n >= 3 && memcmp(text, mark, 3) == 0)
        rest = behind(rest, 3);
    for (int number = 1; rest.n > 0; number++) {
        struct span line = before(rest, "\n");
        if (!parse_line(line, set, to))
            return number;
        rest = behind(rest, line.n < rest.n ? line.n + 1 : line.n);
    }
    return 0;
}
