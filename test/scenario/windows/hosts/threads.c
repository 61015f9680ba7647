/* threads REQUEST N CALLS: N threads call at once, so many times each. All answers must be alike. */
#include "host.h"
#include <string.h>

static mps_call call;
static char *req;
static int calls;
static HANDLE start;
static char first[RESP_SIZE];

static DWORD WINAPI work(void *unused)
{
    char resp[RESP_SIZE];
    int i;

    (void)unused;
    WaitForSingleObject(start, INFINITE);
    for (i = 0; i < calls; i++) {
        call_ok(call, req, resp);
        expect_same(first, resp);
    }
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE threads[MAXIMUM_WAIT_OBJECTS];
    DWORD i, n;

    expect(argc == 4, "three arguments");
    call = load_library(NULL);
    req = read_request(argv[1], 1);
    n = (DWORD)number(argv[2]);
    calls = number(argv[3]);
    start = CreateEventA(NULL, TRUE, FALSE, NULL);
    expect(start != NULL && n <= MAXIMUM_WAIT_OBJECTS, "preparing the threads");
    call_ok(call, req, first);
    for (i = 0; i < n; i++) {
        threads[i] = CreateThread(NULL, 0, work, NULL, 0, NULL);
        expect(threads[i] != NULL, "starting a thread");
    }
    SetEvent(start);
    expect(WaitForMultipleObjects(n, threads, TRUE, INFINITE) == WAIT_OBJECT_0, "the threads' end");
    print(first, strlen(first));
    return 0;
}
