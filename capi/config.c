#include "config.h"
#include "ini.h"
#include "platform.h"
#include <string.h>

enum { KEYS = 4 };

static const struct key {
    const char *name;
    const char *environment;
    size_t offset; /* of the int in struct config */
    int min;
    int max;
} keys[KEYS] = {
    {"capacity", "MPS_CLIENT_CAPACITY", offsetof(struct config, capacity), CONFIG_CAPACITY_MIN,
     CONFIG_CAPACITY_MAX},
    {"port", "MPS_CLIENT_PORT", offsetof(struct config, port), 1, 65535},
    {"timeout_ms", "MPS_CLIENT_TIMEOUT_MS", offsetof(struct config, timeout_ms), 100, 600000},
    {"autostart", "MPS_CLIENT_AUTOSTART", offsetof(struct config, autostart), 0, 1},
};

struct config config_default(void)
{
    /* 65 s: hospital programs wait up to 60 s, and the agent's own limit is to be the first. */
    return (struct config){.capacity = CONFIG_CAPACITY, .timeout_ms = 65000, .autostart = 1};
}

/* set stores the value of a key and tells whether it is right. */
static int set(struct config *c, const struct key *key, struct span value)
{
    int number;

    if (!span_number(value, key->min, key->max, &number))
        return 0;
    memcpy((char *)c + key->offset, &number, sizeof number);
    return 1;
}

struct parsing {
    struct config *config;
    unsigned seen; /* one bit for each key met so far */
};

static int set_pair(void *to, struct span name, struct span value)
{
    struct parsing *p = to;

    for (unsigned i = 0; i < KEYS; i++) {
        if (!span_is(name, keys[i].name))
            continue;
        if ((p->seen & 1U << i) != 0)
            return 0;
        p->seen |= 1U << i;
        return set(p->config, &keys[i], value);
    }
    return 0;
}

int config_parse(struct config *c, const char *text, size_t n)
{
    struct parsing p = {c, 0};

    return ini_parse(text, n, set_pair, &p);
}

static struct fault read_file(struct config *c)
{
    char data[CONFIG_FILE_MAX + 1];
    int n = platform_read_beside("mps_client.ini", data, sizeof data);

    if (n == FILE_ABSENT)
        return fault_none();
    if (n == FILE_UNREADABLE)
        return fault_of(MESSAGE_INI_UNREADABLE, 0, 0);
    if (n == FILE_TOO_DEEP)
        return fault_of(MESSAGE_FOLDER_LENGTH, 0, 0);
    if (n > CONFIG_FILE_MAX)
        return fault_of(MESSAGE_INI_LENGTH, 0, 0);
    int line = config_parse(c, data, (size_t)n);
    if (line != 0)
        return fault_of(MESSAGE_INI_LINE, line, 0);
    return fault_none();
}

static struct fault read_environment(struct config *c)
{
    char value[16];

    for (int i = 0; i < KEYS; i++) {
        if (platform_environment(keys[i].environment, value, sizeof value) &&
            !set(c, &keys[i], (struct span){value, strlen(value)}))
            return fault_of(MESSAGE_ENVIRONMENT, 0, 0);
    }
    return fault_none();
}

static struct config load(void)
{
    struct config c = config_default();

    c.fault = read_file(&c);
    if (c.fault.message == MESSAGE_NONE)
        c.fault = read_environment(&c);
    return c;
}

struct config config_get(void)
{
    enum { UNREAD, KEEPING, KEPT };
    static int state = UNREAD;
    static struct config kept;

    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == KEPT)
        return kept;

    /* Threads that meet here each read for themselves, so that none waits for another. */
    struct config c = load();
    int unread = UNREAD;
    if (c.fault.message == MESSAGE_NONE &&
        __atomic_compare_exchange_n(&state, &unread, KEEPING, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED)) {
        kept = c;
        __atomic_store_n(&state, KEPT, __ATOMIC_RELEASE);
    }
    return c;
}
