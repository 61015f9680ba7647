/* A request as far as the library looks at it: enough to carry it, and to apologise for it. */
#ifndef REQUEST_H
#define REQUEST_H

#include "charset.h"
#include <stddef.h>

/*
 * funid and certificate (mdtrt_cert_type) are empty when they cannot be seen at a glance; they
 * only shape the library's own error answers. They are copies, so req and resp of a call may be
 * the same memory.
 */
struct request {
    const char *text;
    enum charset charset;
    size_t length; /* in units; MPS_REQUEST_MAX + 1 stands for anything longer */
    char funid[33];
    char certificate[3];
};

/*
 * request_look reads text up to its NUL, at most MPS_REQUEST_MAX + 1 units. resp is where the
 * answer goes, room bytes; what it holds counts only where text does not tell its charset.
 */
void request_look(struct request *r, const char *text, const char *resp, size_t room);

/* request_size returns the bytes of the text, without its NUL. */
static inline size_t request_size(const struct request *r)
{
    return r->length * (size_t)r->charset;
}

#endif
