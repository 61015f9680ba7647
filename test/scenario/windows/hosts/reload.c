/*
 * reload REQUEST N: loads and frees the library around every one of N calls. All answers must be
 * alike.
 */
#include "host.h"
#include <string.h>

/*
 * Wine 8 loses track of a thread's sockets when the last user of ws2_32.dll frees it: so it is kept
 * there. On Windows it may come and go.
 */
static void hold_sockets_under_wine(void)
{
    if (GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL)
        expect(LoadLibraryA("ws2_32.dll") != NULL, "holding ws2_32.dll");
}

int main(int argc, char **argv)
{
    static char first[RESP_SIZE];
    static char resp[RESP_SIZE];
    char *req;
    int i, n;

    expect(argc == 3, "two arguments");
    req = read_request(argv[1], 1);
    n = number(argv[2]);
    hold_sockets_under_wine();
    for (i = 0; i < n; i++) {
        HMODULE lib;
        mps_call call = load_library(&lib);

        call_ok(call, req, resp);
        if (i == 0)
            strcpy(first, resp);
        expect_same(first, resp);
        expect(FreeLibrary(lib), "freeing the library");
        expect(GetModuleHandleA("mps_client.dll") == NULL, "the library being gone");
    }
    print(first, strlen(first));
    return 0;
}
