/*
 * mps_client.ini as anything: settings stay within their bounds, errors name a line there is. The
 * agent's address file as anything: an address or none.
 */
#include "address.h"
#include "config.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    free(text);
    return 0;
}
