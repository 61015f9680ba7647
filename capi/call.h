/* One call: an answer to a request, whatever happens. */
#ifndef CALL_H
#define CALL_H

#include "config.h"
#include "request.h"

/*
 * call_agent sends the request to the agent, which it starts where none is, and leaves its answer,
 * or the error answer that says what went wrong, in the capacity bytes of resp. It returns 0, or
 * the bytes that the answer would have needed when they are more than capacity.
 */
int call_agent(const struct config *c, const struct request *r, char *resp, int capacity);

#endif
