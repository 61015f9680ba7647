/*
 * mps_client.ini as anything: settings stay within their bounds, errors name a line there is. The
 * agent's address file as anything: an address or none. The reason of an agent that could not start
 * as anything: a text that an answer can carry or none.
 */
#define _GNU_SOURCE /* memmem */
#include "address.h"
#include "answer.h"
#include "config.h"
#include "reason.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* try_reason has an answer carry the reason, and looks whether that is still one. */
static void try_reason(const char *text, size_t size, enum charset charset)
{
    struct request r = {.charset = charset};
    struct reason reason;
    struct fault f = fault_of(MESSAGE_ENDED_REASON, 7936, 1);
    char resp[4096];
    size_t n = 0;

    f.reason = &reason;
    if (reason_parse(&reason, text, size, 4711, charset) != (reason.n > 0))
        abort();
    if (answer_fault(&r, f, resp, sizeof resp) != 0)
        abort();
    while (charset_unit(charset, resp, n) != 0)
        n++;
    if (!answer_is_whole(charset, resp, n * (size_t)charset) ||
        (reason.n > 0 && memmem(resp, sizeof resp, reason.text, reason.n) == NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c = config_default();
    char *text = malloc(size); /* exact size, for AddressSanitizer */
    int lines = 1;

    if (text == NULL && size > 0)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    int line = config_parse(&c, text, size);
    if (line < 0 || line > lines || c.capacity < CONFIG_CAPACITY_MIN ||
        c.capacity > CONFIG_CAPACITY_MAX || c.port < 0 || c.port > 65535 || c.timeout_ms < 100 ||
        c.timeout_ms > 600000)
        abort();
    struct address a;
    int good = address_parse(&a, text, size);
    size_t secret = strlen(a.secret);
    if (good != (a.port >= 1 && a.port <= 65535) || (secret != 0 && secret != ADDRESS_SECRET) ||
        (!good && (a.port != 0 || secret != 0)) || strspn(a.secret, "0123456789abcdef") != secret)
        abort();
    try_reason(text, size, CHARSET_GBK);
    try_reason(text, size, CHARSET_UTF16LE);
    free(text);
    return 0;
}
