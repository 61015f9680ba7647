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

/* await waits until an agent is there or p, which is to be it, has ended. */
static enum start_result await(const struct address *stale, struct deadline d, struct process *p,
                               struct ending *e)
{
    enum process_state state = PROCESS_RUNS;

    for (;;) {
        if (is_there(stale, d))
            return START_DONE;
        if (state == PROCESS_FAILED)
            return START_FAILED;
        if (state == PROCESS_ENDED && e->code != EXIT_RUNNING)
            return START_ENDED;
        if (deadline_left(d) == 0)
            return START_LATE;
        if (state == PROCESS_RUNS)
            state = platform_watch(p, POLL_MS, e);
        else
            platform_sleep(POLL_MS); /* until the one that runs has left its address */
    }
}

/* start starts the agent, with the lock held. It may have come up before. */
static enum start_result start(const struct address *stale, struct deadline d, intptr_t lock,
                               struct ending *e)
{
    struct process p;
    int code = 0;

    if (is_there(stale, d))
        return START_DONE;
    switch (platform_spawn_agent(lock, &p, &code)) {
    case SPAWN_ABSENT:
        return START_ABSENT;
    case SPAWN_TOO_DEEP:
        return START_TOO_DEEP;
    case SPAWN_FAILED:
        e->code = code;
        return START_FAILED;
    case SPAWN_OK:
        break;
    }
    enum start_result result = await(stale, d, &p, e);
    platform_release(&p);
    return result;
}

enum start_result start_agent(const struct address *stale, int span, struct ending *e)
{
    struct deadline d = {platform_milliseconds(), (uint32_t)span};
    intptr_t lock;

    *e = (struct ending){0};
    while (!platform_try_lock(&lock)) {
        if (is_there(stale, d))
            return START_DONE;
        if (deadline_left(d) == 0)
            return START_LATE;
        platform_sleep(POLL_MS);
    }
    enum start_result result = start(stale, d, lock, e);
    platform_unlock(lock);
    return result;
}
