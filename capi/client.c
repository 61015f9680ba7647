#include "call.h"
#include "config.h"
#include "mps_client.h"
#include "platform.h"
#include <limits.h>
#include <stddef.h>

enum { LOOK_MAX = 1 << 20 }; /* bytes of resp that are looked at */

/* is_unit looks at no more bytes than it must. */
static int is_unit(enum charset charset, const char *at, char c)
{
    return at[0] == c && (charset == CHARSET_GBK || at[1] == '\0');
}

/*
 * blank_capacity returns the bytes of a buffer that came in filled with blanks, as PowerBuilder,
 * VB6 and VFP do before a call, NUL included, or 0. The first byte that is no blank ends the
 * look: nothing behind it may be there at all. Nothing is behind room.
 */
static size_t blank_capacity(enum charset charset, const char *resp, size_t room)
{
    const size_t unit = (size_t)charset;
    size_t n = 0;

    while (n + unit <= room && is_unit(charset, resp + n, ' '))
        n += unit;
    if (n == LOOK_MAX)
        return n;
    if (n < BLANKS_MIN * unit || n + unit > room || !is_unit(charset, resp + n, '\0'))
        return 0;
    return n + unit;
}

/* within returns the capacity in bytes, cut to the room that there is. */
static int within(size_t room, size_t capacity)
{
    return (int)(capacity < room ? capacity : room);
}

int MPS_API MPS_Call(char *req, char *resp)
{
    struct request r;

    if (req == NULL || resp == NULL)
        return MPS_NULL_POINTER;
    size_t room = platform_writable(resp, LOOK_MAX);
    if (room == 0)
        return MPS_BAD_BUFFER;
    struct config c = config_get();
    request_look(&r, req, resp, room);
    size_t blank = blank_capacity(r.charset, resp, room);
    call_agent(&c, &r, resp, within(room, blank > 0 ? blank : (size_t)c.capacity));
    return 0;
}

int MPS_API MPS_CallEx(const char *req, char *resp, int capacity)
{
    struct request r;

    if (req == NULL || resp == NULL)
        return MPS_NULL_POINTER;
    if (capacity < 1)
        return MPS_BAD_CAPACITY;
    size_t room = platform_writable(resp, (size_t)capacity);
    if (room == 0)
        return MPS_BAD_BUFFER;
    struct config c = config_get();
    request_look(&r, req, resp, room);
    int needed = call_agent(&c, &r, resp, within(room, (size_t)capacity));
    /* More than there is to write on may be less than the caller said there is. */
    if (needed > 0 && needed <= capacity)
        needed = capacity < INT_MAX ? capacity + 1 : INT_MAX;
    return needed;
}

const char *MPS_API MPS_Version(void)
{
    return MPS_VERSION;
}
