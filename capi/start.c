#include "start.h"
#include "platform.h"
#include <string.h>

enum { POLL_MS = 20 };

/* is_there tells whether an agent has left its address and listens. */
static int is_there(const struct address *stale, struct deadline d)
{
    struct address a = address_get();
    struct connection c;

    if (a.port == 0 ||
        (stale != NULL && a.port == stale->port && strcmp(a.secret, stale->secret) == 0))
        return 0;
    enum connection_result result = connection_open(&c, a.port, d);
    connection_close(&c);
    return result == CONNECTION_OK;
}

/* start starts the agent, with the lock held. It may have come up before. */
static enum start_result start(const struct address *stale, struct deadline d, int *code)
{
    if (is_there(stale, d))
        return START_DONE;
    switch (platform_spawn_agent(code)) {
    case SPAWN_ABSENT:
        return START_ABSENT;
    case SPAWN_FAILED:
        return START_FAILED;
    case SPAWN_OK:
        break;
    }
    while (!is_there(stale, d)) {
        if (deadline_left(d) == 0)
            return START_LATE;
        platform_sleep(POLL_MS);
    }
    return START_DONE;
}

enum start_result start_agent(const struct address *stale, int span, int *code)
{
    struct deadline d = {platform_milliseconds(), (uint32_t)span};
    intptr_t lock;

    while (!platform_try_lock(&lock)) {
        if (is_there(stale, d))
            return START_DONE;
        if (deadline_left(d) == 0)
            return START_LATE;
        platform_sleep(POLL_MS);
    }
    enum start_result result = start(stale, d, code);
    platform_unlock(lock);
    return result;
}
