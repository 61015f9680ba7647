/* One call: a request to the agent and the answer back. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "config.h"
#include "request.h"

/*
 * exchange sends the request to the agent and leaves its answer, or the error answer that says
 * what went wrong, in the capacity bytes of resp. It returns 0, or the bytes that the answer would
 * have needed when they are more than capacity.
 */
int exchange(const struct config *c, const struct request *r, char *resp, int capacity);

#endif
