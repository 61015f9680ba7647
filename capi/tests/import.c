/* A host that is linked with the import library: check_dll.sh looks at what it imports. */
#include "mps_client.h"

int main(void)
{
    char req[] = "";
    char resp[2048] = "";

    return MPS_Call(req, resp) + MPS_CallEx(req, resp, sizeof resp) + (MPS_Version() == resp);
}
