/*
 * standin: lies in the place of mps.exe and behaves as MPS_STANDIN says: "hang" does nothing for
 * ever, a number ends with that exit code.
 */
#include "host.h"
#include <stdlib.h>

int main(void)
{
    const char *how = getenv("MPS_STANDIN");

    expect(how != NULL, "a word how to behave");
    if (how[0] == 'h')
        Sleep(INFINITE);
    return (int)strtoul(how, NULL, 0);
}
