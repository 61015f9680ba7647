/* An agent for tests: it accepts connections on 127.0.0.1 and does whatever it is told. */
#ifndef AGENT_H
#define AGENT_H

#include <stddef.h>

/* What the library sent. */
struct seen {
    char head[1024]; /* NUL-terminated, with the empty line */
    char *body;      /* NUL-terminated, in either charset */
    size_t length;   /* Content-Length */
    int capacity;    /* MPS-Capacity */
    int utf16;       /* MPS-Charset: utf-16le */
    char secret[40]; /* MPS-Secret, or "" */
};

/*
 * An agent_answer answers one request on the connected socket, which is closed when it returns.
 * seen is NULL for an agent that reads no request.
 */
typedef void agent_answer(int socket, const struct seen *seen, void *argument);

struct agent;

/* agent_start starts an agent with so many threads. It reads requests unless deaf. */
struct agent *agent_start(int threads, int deaf, agent_answer *answer, void *argument);
int agent_port(const struct agent *a);
void agent_stop(struct agent *a);

/* agent_send sends all n bytes, or gives up when the other side is gone. */
void agent_send(int socket, const char *data, size_t n);

/* agent_reply sends status 200 and the body; needed > 0 adds MPS-Needed. */
void agent_reply(int socket, const char *body, size_t n, int needed);

/* agent_wait_for_byte waits until the other side has sent something, and leaves it unread. */
void agent_wait_for_byte(int socket);

/* agent_wait_for_close waits until the other side has closed. */
void agent_wait_for_close(int socket);

/* agent_unused_port returns a port where nothing listens, nor will while this program runs. */
int agent_unused_port(void);

#endif
