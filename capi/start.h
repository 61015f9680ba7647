/* Starting the agent where none is. */
#ifndef START_H
#define START_H

#include "address.h"
#include "platform.h"

enum { START_MS = 5000 }; /* the longest wait for an agent to come up */

enum start_result {
    START_DONE,     /* an agent of this user is there, whoever started it */
    START_LATE,     /* none came up in time */
    START_ENDED,    /* the agent ended before: its exit code and process id are in *e */
    START_ABSENT,   /* there is no mps beside the library */
    START_TOO_DEEP, /* nothing can be started from the folder of the library */
    START_FAILED,   /* the system's error code is in *e */
};

/* The exit code of an agent that the library started while another of the same user runs. */
enum { EXIT_RUNNING = 3 }; /* cmd/mps/agent.go */

/*
 * start_agent starts an agent, at most once, unless another thread or program of this user is at
 * it or an agent is on its way up, and waits until one is there or it ends, as long as span, in
 * milliseconds. stale is an address that is known not to be that of an agent of this user, or NULL.
 */
enum start_result start_agent(const struct address *stale, int span, struct ending *e);

#endif
