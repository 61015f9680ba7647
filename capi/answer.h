/* Answers: those that the library carries, checked, and those with which it apologises. */
#ifndef ANSWER_H
#define ANSWER_H

#include "charset.h"
#include "messages.h"
#include "request.h"
#include <stddef.h>

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
