/*
 * A whole call against an agent that says anything. The input: capacity (2 bytes, little-endian),
 * size of the pieces received, length of the request, the request, then what the agent sends.
 * Whatever that is, resp holds one whole answer, the agent's own word for word or the library's,
 * in the request's charset.
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

static int starts_with(enum charset charset, const char *answer, const char *word)
{
    size_t i = 0;

    while (word[i] != '\0' && charset_unit(charset, answer, i) == (unsigned char)word[i])
        i++;
    return word[i] == '\0';
}

static int is_own(enum charset charset, const char *answer)
{
    return starts_with(charset, answer,
                       "<?xml version=\"1.0\" encoding=\"GBK\" ?>\n<response>\n"
                       "    <Header>\n        <funid") ||
           starts_with(charset, answer, "<response><Header><result>-1</result>");
}

/* new_request makes a request that ends, and whose memory ends, as its charset has it. */
static char *new_request(const uint8_t *data, size_t length)
{
    int utf16 = memchr(data, '\0', length) != NULL;
    size_t size = utf16 ? length / 2 * 2 + 2 : length + 1;
    char *req = calloc(1, size); /* exact size, for AddressSanitizer */

    must(req != NULL);
    memcpy(req, data, utf16 ? length / 2 * 2 : length);
    return req;
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
    char *req = new_request(data + HEAD, length);
    char *resp = malloc((size_t)capacity);

    must(resp != NULL);
    memset(resp, 'x', (size_t)capacity);
    enum charset charset = charset_of(req, resp, (size_t)capacity);
    stream = (struct stream){sent, n, data[2] + 1U,
                             data[2] % 2 == 0 ? CONNECTION_CLOSED : CONNECTION_TIMEOUT};

    int needed = MPS_CallEx(req, resp, capacity);
    size_t units = (size_t)capacity / (size_t)charset;
    size_t have = 0;
    while (have < units && charset_unit(charset, resp, have) != 0)
        have++;
    must(have < units || capacity < (int)charset);
    must(needed == 0 || needed > capacity);
    have *= (size_t)charset;
    must(have > 0 ? answer_is_whole(charset, resp, have) : needed > 0);
    must(have == 0 || is_own(charset, resp) || memmem(sent, n, resp, have) != NULL);
    free(resp);
    free(req);
    return 0;
}
