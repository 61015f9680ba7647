/* One exchange with an agent: over a connection of its own, the request there, the answer back. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "address.h"
#include "config.h"
#include "http.h"
#include "messages.h"
#include "platform.h"
#include "request.h"

/* It lives on the caller's stack, and is small on purpose: threads of hospital programs may have
 * stacks of 64 KB. */
struct exchange {
    const struct config *config;
    const struct request *request;
    struct deadline deadline;
    char *resp;
    int capacity; /* bytes of resp */

    /* What came of it. */
    struct address address; /* that the user's agent left; no secret unless its port was called */
    int port;               /* that was called */
    int received;           /* bytes of the answer in resp, also when it is no good */
    int needed;             /* bytes the answer needs if more than capacity, else 0 */

    /* The rest is the exchange's own. */
    struct connection connection;
    struct http_head head;
    char buffer[2048];
};

/*
 * exchange sends the request to the agent of this user and leaves its answer in resp, with a NUL.
 * config, request, deadline, resp and capacity are set, all else is 0. It returns what went wrong,
 * if anything did.
 */
struct fault exchange(struct exchange *x);

#endif
