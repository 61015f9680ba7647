#include "call.h"
#include "answer.h"
#include "exchange.h"
#include "mps_client.h"
#include "platform.h"
#include "reason.h"
#include "start.h"
#include <string.h>

/*
 * needs_start tells whether the agent of this user is not there: nobody listens, or another
 * user's agent does while ours left no address, or one that it did not live to take away.
 */
static int needs_start(const struct exchange *x, struct fault f)
{
    if (f.message == MESSAGE_OTHER_USER)
        return x->address.port == 0 || x->port == x->address.port;
    return f.message == MESSAGE_REFUSED;
}

/* ended puts into words that the agent which was started has ended. */
static struct fault ended(const struct exchange *x, const struct ending *e, struct reason *reason)
{
    struct fault f = fault_of(MESSAGE_ENDED, x->port, e->code);

    reason_get(reason, e->id, x->request->charset);
    if (reason->n > 0) {
        f.message = MESSAGE_ENDED_REASON;
        f.reason = reason;
    }
    return f;
}

/* start_and_exchange starts an agent, because of the fault that an exchange met, and asks again:
 * none has worked on the request then. reason is room for the fault that it returns. */
static struct fault start_and_exchange(struct exchange *x, struct fault f, struct reason *reason)
{
    /* Windows takes a second to refuse: nobody need ask once more where this call just did. */
    const struct address *stale = x->port == x->address.port ? &x->address : NULL;
    int refused = f.message == MESSAGE_REFUSED;
    int left = deadline_left(x->deadline);
    int span = left < START_MS ? left : START_MS;
    struct ending end;

    switch (start_agent(stale, span, &end)) {
    case START_ABSENT:
        return refused ? fault_of(MESSAGE_NO_PROGRAM, x->port, 0) : f;
    case START_FAILED:
        return refused ? fault_of(MESSAGE_START_FAILED, x->port, end.code) : f;
    case START_TOO_DEEP:
        return fault_of(MESSAGE_FOLDER_LENGTH, 0, 0);
    case START_ENDED:
        return ended(x, &end, reason);
    case START_LATE:
        f = exchange(x);
        if (f.message == MESSAGE_REFUSED || f.message == MESSAGE_CONNECT_TIMEOUT)
            return fault_of(MESSAGE_NOT_STARTED, x->port, span);
        return f;
    case START_DONE:
        break;
    }
    return exchange(x);
}

int call_agent(const struct config *c, const struct request *r, char *resp, int capacity)
{
    if (c->fault.message != MESSAGE_NONE)
        return answer_fault(r, c->fault, resp, capacity);
    if (r->length > MPS_REQUEST_MAX)
        return answer_fault(r, fault_of(MESSAGE_REQUEST_LENGTH, 0, 0), resp, capacity);

    struct exchange x = {.config = c, .request = r, .resp = resp, .capacity = capacity};
    x.deadline = (struct deadline){platform_milliseconds(), (uint32_t)c->timeout_ms};
    struct reason reason;
    struct fault f = exchange(&x);
    if (c->autostart && needs_start(&x, f))
        f = start_and_exchange(&x, f, &reason);
    if (f.message == MESSAGE_NONE)
        return x.needed;

    /* Half an answer is no answer, and a patient's data besides. */
    memset(resp, 0, (size_t)x.received);
    int needed = answer_fault(r, f, resp, capacity);
    return x.needed > 0 ? x.needed : needed;
}
