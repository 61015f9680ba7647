/* readonly REQUEST: passes a resp that cannot be written, which must cost a code and no more. */
#include "host.h"
#include "mps_client.h"

int main(int argc, char **argv)
{
    mps_call call = load_library(NULL);
    char *req;
    char *resp;

    expect(argc == 2, "one argument");
    req = read_request(argv[1], 1);
    resp = VirtualAlloc(NULL, RESP_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    expect(resp != NULL, "getting memory");
    expect(call(req, resp) == MPS_BAD_BUFFER, "MPS_Call returning MPS_BAD_BUFFER");
    return 0;
}
