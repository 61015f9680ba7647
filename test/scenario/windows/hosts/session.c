/*
 * session: a program that stays open all day. It calls once for each line of standard input, which
 * names the request's file, and prints the answer and a NUL.
 */
#include "host.h"
#include <stdio.h>
#include <string.h>

int main(void)
{
    static char resp[RESP_SIZE];
    char line[1024];
    mps_call call = load_library(NULL);

    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        call_ok(call, read_request(line, 1), resp);
        print(resp, strlen(resp) + 1);
    }
    return 0;
}
