/*
 * stack REQUEST: calls from a thread with a stack of 64 KB. Where the system gives every thread
 * more than it asks for, as Wine does, there is no overflow to notice: so the thread also paints
 * what lies below its own frame and looks afterwards how deep the call went.
 */
#include "host.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { STACK = 64 << 10, LEFT_FREE = 12 << 10, COLOUR = 0xC5 };

static mps_call call;
static char *req;
static char resp[RESP_SIZE];

static volatile unsigned char *frame(void)
{
    return (volatile unsigned char *)__builtin_frame_address(0);
}

static DWORD WINAPI work(void *unused)
{
    volatile unsigned char *top = frame() - 1024; /* room for this function's own frame */
    volatile unsigned char *bottom = frame() - (STACK - LEFT_FREE);
    volatile unsigned char *at;

    (void)unused;
    for (at = top; at > bottom;) /* downwards: a stack grows page by page */
        *--at = COLOUR;
    call_ok(call, req, resp);
    for (at = bottom; at < top && *at == COLOUR;)
        at++;
    fprintf(stderr, "stack used: %lu bytes of %d\n", (unsigned long)(frame() - at), STACK);
    expect(at > bottom, "the call keeping within a small stack");
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE thread;

    expect(argc == 2, "one argument");
    call = load_library(NULL);
    req = read_request(argv[1], 1);
    thread = CreateThread(NULL, STACK, work, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    expect(thread != NULL, "starting the thread");
    expect(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0, "the thread's end");
    print(resp, strlen(resp));
    return 0;
}
