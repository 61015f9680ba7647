#include "address.h"
#include "ini.h"
#include "platform.h"
#include <string.h>

static int set_secret(struct address *a, struct span value)
{
    if (a->secret[0] != '\0' || value.n != ADDRESS_SECRET)
        return 0;
    for (size_t i = 0; i < value.n; i++)
        if (!((value.at[i] >= '0' && value.at[i] <= '9') ||
              (value.at[i] >= 'a' && value.at[i] <= 'f')))
            return 0;
    memcpy(a->secret, value.at, value.n);
    return 1;
}

static int set_pair(void *to, struct span key, struct span value)
{
    struct address *a = to;

    if (span_is(key, "port"))
        return a->port == 0 && span_number(value, 1, 65535, &a->port);
    if (span_is(key, "secret"))
        return set_secret(a, value);
    return 1;
}

int address_parse(struct address *a, const char *text, size_t n)
{
    *a = (struct address){0};
    if (ini_parse(text, n, set_pair, a) == 0 && a->port != 0)
        return 1;
    *a = (struct address){0};
    return 0;
}

struct address address_get(void)
{
    char data[ADDRESS_FILE_MAX + 1];
    struct address a = {0};
    int n = platform_read_user("agent.ini", data, sizeof data);

    if (n >= 0 && n <= ADDRESS_FILE_MAX)
        address_parse(&a, data, (size_t)n);
    return a;
}
