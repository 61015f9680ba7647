/* deep LIBRARY REQUEST: loads the library by a path of any length, which is ASCII. */
#include "host.h"
#include <string.h>

enum { PATH_MAX_CHARS = 32767 };

int main(int argc, char **argv)
{
    static char resp[RESP_SIZE];
    static WCHAR path[PATH_MAX_CHARS];
    HMODULE lib;
    mps_call call;

    expect(argc == 3, "two arguments");
    expect(MultiByteToWideChar(CP_ACP, 0, argv[1], -1, path, PATH_MAX_CHARS) > 0,
           "widening the path");
    lib = LoadLibraryW(path);
    expect(lib != NULL, "loading the library");
    call = (mps_call)(void (*)(void))GetProcAddress(lib, "MPS_Call");
    expect(call != NULL, "finding the function");
    call_ok(call, read_request(argv[2], 1), resp);
    print(resp, strlen(resp));
    return 0;
}
