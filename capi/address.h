/*
 * Where the agent of this user answers, and what proves that a call comes from this user. A
 * running agent leaves both in a file that only its user can read.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stddef.h>

enum {
    ADDRESS_PORT = 7936, /* where there is no address */
    ADDRESS_FILE_MAX = 1024,
    ADDRESS_SECRET = 32, /* lower-case hex digits */
};

struct address {
    int port;                        /* 0: there is no address */
    char secret[ADDRESS_SECRET + 1]; /* "" when the agent asks for none */
};

/*
 * address_parse reads the n bytes of an address file and tells whether they are one: a port and
 * perhaps a secret, each once. Other keys are for other readers. a is empty when they are not.
 */
int address_parse(struct address *a, const char *text, size_t n);

/* address_get reads the user's address file; without a good one the address is empty. */
struct address address_get(void);

#endif
