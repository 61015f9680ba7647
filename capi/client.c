#include "answer.h"
#include "config.h"
#include "exchange.h"
#include "mps_client.h"
#include <stddef.h>

enum {
    BLANKS_MIN = 64,      /* fewer may be chance */
    BLANKS_MAX = 1 << 20, /* more are not counted */
};

/*
 * blank_capacity returns the size of a buffer that came in filled with blanks, as PowerBuilder,
 * VB6 and VFP do before a call, NUL included, or 0. The first byte that is no blank ends the
 * look: nothing behind it may be there at all.
 */
static int blank_capacity(const char *resp)
{
    int n = 0;

    while (n < BLANKS_MAX && resp[n] == ' ')
        n++;
    if (n == BLANKS_MAX)
        return n;
    return n >= BLANKS_MIN && resp[n] == '\0' ? n + 1 : 0;
}

/* call answers req in resp. capacity 0 stands for the configured one. */
static int call(const char *req, char *resp, int capacity)
{
    struct config c = config_get();
    struct request r;

    request_look(&r, req);
    if (capacity == 0)
        capacity = c.capacity;
    if (c.fault.message != MESSAGE_NONE)
        return answer_fault(&r, c.fault, resp, capacity);
    return exchange(&c, &r, resp, capacity);
}

int MPS_API MPS_Call(char *req, char *resp)
{
    if (req == NULL || resp == NULL)
        return MPS_NULL_POINTER;
    call(req, resp, blank_capacity(resp));
    return 0;
}

int MPS_API MPS_CallEx(const char *req, char *resp, int capacity)
{
    if (req == NULL || resp == NULL)
        return MPS_NULL_POINTER;
    if (capacity < 1)
        return MPS_BAD_CAPACITY;
    return call(req, resp, capacity);
}

const char *MPS_API MPS_Version(void)
{
    return MPS_VERSION;
}
