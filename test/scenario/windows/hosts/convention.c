/*
 * convention REQUEST: 32 bit: the function takes its two arguments from the stack, no more and no
 * less, and keeps the registers that it must. 64 bit: there is only one convention, and a caller
 * that declares the function cdecl is none the worse.
 */
#include "host.h"
#include <string.h>

#ifdef __i386__
int checked_call(mps_call call, char *req, char *resp, int *taken); /* stdcall.S */

static int call_as_declared(mps_call call, char *req, char *resp)
{
    int taken = 0;
    int result = checked_call(call, req, resp, &taken);

    expect(taken != -1, "the registers as they were");
    expect(taken == 2 * sizeof(char *), "two arguments taken from the stack");
    return result;
}
#else
static int call_as_declared(mps_call call, char *req, char *resp)
{
    return ((int(__cdecl *)(char *, char *))call)(req, resp);
}
#endif

int main(int argc, char **argv)
{
    static char resp[RESP_SIZE];
    mps_call call = load_library(NULL);
    char *req;
    int i;

    expect(argc == 2, "one argument");
    req = read_request(argv[1], 1);
    for (i = 0; i < 20; i++)
        expect(call_as_declared(call, req, resp) == 0, "MPS_Call returning 0");
    print(resp, strlen(resp));
    return 0;
}
