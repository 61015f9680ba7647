/* What the library knows of the messages it carries: just enough to check and to apologise. */
#ifndef ANSWER_H
#define ANSWER_H

#include "charset.h"
#include "messages.h"
#include <stddef.h>

/*
 * A request as far as the library looks at it. funid and certificate (mdtrt_cert_type) are empty
 * when they cannot be seen at a glance; they only shape the library's own error answers. They are
 * copies, so req and resp of a call may be the same memory.
 */
struct request {
    const char *text;
    enum charset charset;
    size_t length; /* in units; MPS_REQUEST_MAX + 1 stands for anything longer */
    char funid[33];
    char certificate[3];
};

/* request_look reads text up to its NUL, at most MPS_REQUEST_MAX + 1 units. */
void request_look(struct request *r, const char *text);

/* request_size returns the bytes of the text, without its NUL. */
static inline size_t request_size(const struct request *r)
{
    return r->length * (size_t)r->charset;
}

/*
 * answer_is_whole tells whether the n bytes look like one whole answer: no NUL, from "<?xml" or
 * "<response" to "</response>", white space around allowed.
 */
int answer_is_whole(enum charset charset, const char *body, size_t n);

/*
 * answer_fault writes the error answer for a fault to resp, in the request's charset: the form of
 * the specification's section 2.4 if its bytes and a NUL fit into capacity, else one with nothing
 * but result and msg, else one with the result alone (58 characters with the NUL), else the empty
 * text. It returns 0 when the first form fitted and the bytes that it needs otherwise. Bytes
 * behind the NUL are not touched.
 */
int answer_fault(const struct request *r, struct fault fault, char *resp, int capacity);

#endif
