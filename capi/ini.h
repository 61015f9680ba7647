/* Files of "key = value" lines: mps_client.ini, and the agent's address. */
#ifndef INI_H
#define INI_H

#include <stddef.h>

/* A stretch of the file. */
struct span {
    const char *at;
    size_t n;
};

/* An ini_set takes over one pair, in the order of the file, and tells whether it is right. */
typedef int ini_set(void *to, struct span key, struct span value);

/*
 * ini_parse hands each pair of the n bytes to set, blanks trimmed. It returns 0, or the number of
 * the first line that is wrong: not "key = value", or not right for set. Section headers are
 * allowed and ignored; ";" and "#" begin a comment.
 */
int ini_parse(const char *text, size_t n, ini_set *set, void *to);

/* span_is compares with a lower-case name in any letter case, as Windows reads such files. */
int span_is(struct span s, const char *name);

/* span_number reads a decimal number from min to max and tells whether there was one. */
int span_number(struct span s, int min, int max, int *number);

#endif
