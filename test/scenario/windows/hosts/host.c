#include "host.h"
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *what)
{
    fprintf(stderr, "failed: %s (last error %lu)\n", what, GetLastError());
    ExitProcess(1);
}

void expect(int condition, const char *what)
{
    if (!condition)
        fail(what);
}

mps_call load_library(HMODULE *lib)
{
    HMODULE st_lib = LoadLibraryA("mps_client.dll");
    mps_call MPS_Call;

    expect(st_lib != NULL, "loading the library");
    MPS_Call = (mps_call)(void (*)(void))GetProcAddress(st_lib, "MPS_Call");
    expect(MPS_Call != NULL, "finding the function");
    if (lib != NULL)
        *lib = st_lib;
    return MPS_Call;
}

char *before_guard(size_t size)
{
    enum { PAGE = 4096 };
    size_t pages = (size + PAGE - 1) / PAGE;
    DWORD old;
    char *area = VirtualAlloc(NULL, (pages + 1) * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    expect(area != NULL, "getting memory");
    expect(VirtualProtect(area + pages * PAGE, PAGE, PAGE_NOACCESS, &old), "guarding memory");
    return area + pages * PAGE - size;
}

char *read_request(const char *name, size_t nuls)
{
    enum { LIMIT = 1 << 20 };
    static char text[LIMIT];
    size_t n;
    char *req;
    FILE *file = fopen(name, "rb");

    expect(file != NULL, "opening the request's file");
    n = fread(text, 1, LIMIT, file);
    fclose(file);
    req = before_guard(n + nuls);
    memcpy(req, text, n);
    return req;
}

void call_ok(mps_call call, char *req, char *resp)
{
    memset(resp, 0, RESP_SIZE);
    expect(call(req, resp) == 0, "MPS_Call returning 0");
    expect(memchr(resp, '\0', RESP_SIZE) != NULL, "an answer that ends");
}

void expect_same(const char *first, const char *answer)
{
    if (strcmp(first, answer) == 0)
        return;
    fprintf(stderr, "first: %s\nnow: %s\n", first, answer);
    fail("an answer like the first");
}

int number(const char *text)
{
    int n = text == NULL ? 0 : atoi(text);

    expect(n > 0, "reading a number of the command line");
    return n;
}

void print(const char *data, size_t n)
{
    _setmode(_fileno(stdout), _O_BINARY);
    expect(fwrite(data, 1, n, stdout) == n, "printing");
    fflush(stdout);
}
