#include "config.h"
#include "platform.h"
#include <string.h>

enum { KEYS = 3 };

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
};

struct config config_default(void)
{
    /* 65 s: hospital programs wait up to 60 s, and the agent's own limit is to be the first. */
    return (struct config){.capacity = CONFIG_CAPACITY, .port = 7936, .timeout_ms = 65000};
}

/* A stretch of the file. */
struct span {
    const char *at;
    size_t n;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
    while (s.n > 0 && is_blank(s.at[0]))
        s.at++, s.n--;
    while (s.n > 0 && is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

/* before returns s up to the first of the bytes in stops. */
static struct span before(struct span s, const char *stops)
{
    size_t n = 0;

    while (n < s.n && (s.at[n] == '\0' || strchr(stops, s.at[n]) == NULL))
        n++;
    return (struct span){s.at, n};
}

static struct span behind(struct span s, size_t n)
{
    return (struct span){s.at + n, s.n - n};
}

/* Keys in any letter case, as Windows reads such files. */
static int is_name(struct span s, const char *name)
{
    if (s.n != strlen(name))
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != name[i])
            return 0;
    }
    return 1;
}

/* set stores the value of a key and tells whether it is a decimal number within the bounds. */
static int set(struct config *c, const struct key *key, struct span value)
{
    int number = 0;

    if (value.n < 1 || value.n > 9)
        return 0;
    for (size_t i = 0; i < value.n; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return 0;
        number = number * 10 + (value.at[i] - '0');
    }
    if (number < key->min || number > key->max)
        return 0;
    memcpy((char *)c + key->offset, &number, sizeof number);
    return 1;
}

/* parse_line tells whether the line is right. seen holds one bit for each key met so far. */
static int parse_line(struct config *c, struct span line, unsigned *seen)
{
    line = trim(before(line, ";#"));
    if (line.n == 0)
        return 1;
    if (line.at[0] == '[')
        return line.at[line.n - 1] == ']';

    struct span name = before(line, "=");
    if (name.n == line.n)
        return 0;
    struct span value = trim(behind(line, name.n + 1));
    name = trim(name);
    for (unsigned i = 0; i < KEYS; i++) {
        if (!is_name(name, keys[i].name))
            continue;
        if ((*seen & 1U << i) != 0)
            return 0;
        *seen |= 1U << i;
        return set(c, &keys[i], value);
    }
    return 0;
}

int config_parse(struct config *c, const char *text, size_t n)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* Notepad's UTF-8 */
    struct span rest = {text, n};
    unsigned seen = 0;

    if (n >= 3 && memcmp(text, mark, 3) == 0)
        rest = behind(rest, 3);
    for (int number = 1; rest.n > 0; number++) {
        struct span line = before(rest, "\n");
        if (!parse_line(c, line, &seen))
            return number;
        rest = behind(rest, line.n < rest.n ? line.n + 1 : line.n);
    }
    return 0;
}

static struct fault read_file(struct config *c)
{
    char data[CONFIG_FILE_MAX + 1];
    int n = platform_read_beside("mps_client.ini", data, sizeof data);

    if (n == FILE_ABSENT)
        return (struct fault){MESSAGE_NONE, {0, 0}};
    if (n == FILE_UNREADABLE)
        return (struct fault){MESSAGE_INI_UNREADABLE, {0, 0}};
    if (n > CONFIG_FILE_MAX)
        return (struct fault){MESSAGE_INI_LENGTH, {0, 0}};
    int line = config_parse(c, data, (size_t)n);
    if (line != 0)
        return (struct fault){MESSAGE_INI_LINE, {line, 0}};
    return (struct fault){MESSAGE_NONE, {0, 0}};
}

static struct fault read_environment(struct config *c)
{
    char value[16];

    for (int i = 0; i < KEYS; i++) {
        if (platform_environment(keys[i].environment, value, sizeof value) &&
            !set(c, &keys[i], (struct span){value, strlen(value)}))
            return (struct fault){MESSAGE_ENVIRONMENT, {0, 0}};
    }
    return (struct fault){MESSAGE_NONE, {0, 0}};
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
