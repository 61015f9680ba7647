/* Starting the agent where none is. */
#ifndef START_H
#define START_H

#include "address.h"

enum { START_MS = 5000 }; /* the longest wait for an agent to come up */

enum start_result {
    START_DONE,   /* an agent of this user is there, whoever started it */
    START_LATE,   /* none came up in time */
    START_ABSENT, /* there is no mps beside the library */
    START_FAILED, /* the system's error code is in *code */
};

/*
 * start_agent starts an agent, at most once, unless another thread or program of this user is at
 * it, and waits for it as long as span, in milliseconds. stale is an address that is known not to
 * be that of an agent of this user, or NULL.
 */
enum start_result start_agent(const struct address *stale, int span, int *code);

#endif
