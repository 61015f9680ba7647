/*
 * boast REQUEST: says that its buffer is larger than it is. The size that it is told to use is more
 * than what it said.
 */
#include "host.h"
#include "mps_client.h"
#include <string.h>

typedef int(__stdcall *mps_call_ex)(const char *req, char *resp, int capacity);

int main(int argc, char **argv)
{
    enum { REAL = 100, SAID = 5000 };
    char *resp = before_guard(REAL);
    HMODULE lib;
    mps_call_ex call;

    expect(argc == 2, "one argument");
    load_library(&lib);
    call = (mps_call_ex)(void (*)(void))GetProcAddress(lib, "MPS_CallEx");
    expect(call != NULL, "finding the function");
    expect(call(read_request(argv[1], 1), resp, SAID) > SAID, "a size that is more than was said");
    print(resp, strlen(resp));
    return 0;
}
