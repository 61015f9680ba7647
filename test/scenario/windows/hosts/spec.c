/* spec REQUEST: the specification's C example. */
#include "host.h"
#include <string.h>

int main(int argc, char **argv)
{
    static char resp[RESP_SIZE];
    HMODULE lib;
    mps_call call = load_library(&lib);

    expect(argc == 2, "one argument");
    call_ok(call, read_request(argv[1], 1), resp);
    print(resp, strlen(resp));
    expect(FreeLibrary(lib), "freeing the library");
    return 0;
}
