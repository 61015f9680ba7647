/*
 * Why an agent that the library started could not serve. It says so itself, in a file beside its
 * address, before it ends; rendezvous/reason.go writes it.
 */
#ifndef REASON_H
#define REASON_H

#include "charset.h"
#include <stddef.h>
#include <stdint.h>

enum {
    REASON_FILE_MAX = 2048, /* bytes */
    REASON_MAX = 400, /* bytes of the text: 200 units of UTF-16, or as many characters of GBK */
};

/* A text that may stand in an answer: none of & < >, no control characters, no NUL behind it. */
struct reason {
    size_t n; /* bytes; 0: there is none */
    char text[REASON_MAX];
};

/*
 * reason_parse reads the n bytes of such a file and tells whether they are one that the process id
 * has written. The text is in charset; there is none when they are not.
 */
int reason_parse(struct reason *r, const char *file, size_t n, uint32_t id, enum charset charset);

/* reason_get reads the user's file of the kind. Without a good one of the process id there is no
 * reason. */
void reason_get(struct reason *r, uint32_t id, enum charset charset);

#endif
