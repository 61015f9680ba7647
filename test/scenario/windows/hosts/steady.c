/* steady REQUEST N: N calls after which the program has no more handles and memory than before. */
#include "host.h"
#include <stdio.h>
#include <string.h>

struct usage {
    DWORD handles;
    size_t memory; /* bytes that are committed and private */
};

/* count_handles asks for each value that a handle may have. GetProcessHandleCount knows, but not
 * under Wine. */
static DWORD count_handles(void)
{
    enum { LIMIT = 1 << 14 };
    DWORD n = 0;
    DWORD flags;
    DWORD_PTR value;

    for (value = 4; value < LIMIT; value += 4)
        if (GetHandleInformation((HANDLE)value, &flags))
            n++;
    return n;
}

static struct usage measure(void)
{
    struct usage u = {count_handles(), 0};
    MEMORY_BASIC_INFORMATION area;
    char *at;

    expect(u.handles > 0, "counting handles");
    for (at = NULL; VirtualQuery(at, &area, sizeof area) != 0;
         at = (char *)area.BaseAddress + area.RegionSize)
        if (area.State == MEM_COMMIT && area.Type == MEM_PRIVATE)
            u.memory += area.RegionSize;
    return u;
}

int main(int argc, char **argv)
{
    enum { GET_USED_TO_IT = 100 };
    static char first[RESP_SIZE];
    static char resp[RESP_SIZE];
    mps_call call = load_library(NULL);
    struct usage before = {0, 0};
    struct usage after;
    char *req;
    int i, n;

    expect(argc == 3, "two arguments");
    req = read_request(argv[1], 1);
    n = number(argv[2]);
    for (i = 0; i < GET_USED_TO_IT + n; i++) {
        if (i == GET_USED_TO_IT)
            before = measure();
        call_ok(call, req, resp);
        if (i == 0)
            strcpy(first, resp);
        expect_same(first, resp);
    }
    after = measure();
    fprintf(stderr, "handles %lu, then %lu; memory %lu KB, then %lu KB\n", before.handles,
            after.handles, (unsigned long)(before.memory >> 10),
            (unsigned long)(after.memory >> 10));
    expect(after.handles <= before.handles, "no more handles");
    expect(after.memory <= before.memory, "no more memory");
    print(resp, strlen(resp));
    return 0;
}
