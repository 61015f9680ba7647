/*
 * A whole call against an agent that says anything. The input: capacity (2 bytes, little-endian),
 * size of the pieces received, length of the request, the request, then what the agent sends.
 * Whatever that is, resp holds one whole answer, the agent's own word for word or the library's.
 */
#define _GNU_SOURCE
#include "answer.h"
#include "mps_client.h"
#include "platform_fuzz.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition)
        abort();
}

static int is_own(const char *answer)
{
    static const char full[] = "<?xml version=\"1.0\" encoding=\"GBK\" ?>\n<response>\n"
                               "    <Header>\n        <funid";
    static const char brief[] = "<response><Header><result>-1</result>";

    return strncmp(answer, full, sizeof full - 1) == 0 ||
           strncmp(answer, brief, sizeof brief - 1) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 4 };

    if (size < HEAD || size - HEAD < data[3])
        return 0;
    int capacity = 1 + data[0] + 256 * data[1];
    size_t length = data[3];
    const char *sent = (const char *)data + HEAD + length;
    size_t n = size - HEAD - length;
    char *req = malloc(length + 1); /* exact sizes, for AddressSanitizer */
    char *resp = malloc((size_t)capacity);

    must(req != NULL && resp != NULL);
    memcpy(req, data + HEAD, length);
    req[length] = '\0';
    memset(resp, 'x', (size_t)capacity);
    stream = (struct stream){sent, n, data[2] + 1U,
                             data[2] % 2 == 0 ? CONNECTION_CLOSED : CONNECTION_TIMEOUT};

    int needed = MPS_CallEx(req, resp, capacity);
    size_t have = strnlen(resp, (size_t)capacity);
    must(have < (size_t)capacity);
    must(needed == 0 || needed > capacity);
    must(have > 0 ? answer_is_whole(resp, have) : needed > 0);
    must(have == 0 || is_own(resp) || memmem(sent, n, resp, have) != NULL);
    free(resp);
    free(req);
    return 0;
}
