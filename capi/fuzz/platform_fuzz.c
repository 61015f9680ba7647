#include "platform_fuzz.h"
#include <sanitizer/asan_interface.h>
#include <string.h>

struct stream stream;

uint32_t platform_milliseconds(void)
{
    return 0;
}

enum connection_result connection_open(struct connection *c, int port, struct deadline d)
{
    (void)port;
    (void)d;
    c->code = 0;
    return CONNECTION_OK;
}

enum connection_result connection_send(struct connection *c, const char *data, size_t n,
                                       struct deadline d)
{
    (void)c;
    (void)data;
    (void)n;
    (void)d;
    return CONNECTION_OK;
}

enum connection_result connection_receive(struct connection *c, char *data, size_t n, size_t *got,
                                          struct deadline d)
{
    (void)c;
    (void)d;
    if (stream.left == 0)
        return stream.end;
    if (n > stream.piece)
        n = stream.piece;
    if (n > stream.left)
        n = stream.left;
    memcpy(data, stream.at, n);
    stream.at += n;
    stream.left -= n;
    *got = n;
    return CONNECTION_OK;
}

void connection_close(struct connection *c)
{
    (void)c;
}

int platform_read_beside(const char *name, char *data, int size)
{
    (void)name;
    (void)data;
    (void)size;
    return FILE_ABSENT;
}

int platform_environment(const char *name, char *value, int size)
{
    (void)name;
    (void)value;
    (void)size;
    return 0;
}

/* Nothing is there to be found or started, and memory is what the sanitizer says. */

size_t platform_writable(const void *p, size_t limit)
{
    (void)p;
    return limit;
}

int platform_peek(const void *p, void *copy, size_t n)
{
    if (__asan_region_is_poisoned((void *)(uintptr_t)p, n) != NULL)
        return 0;
    memcpy(copy, p, n);
    return 1;
}

int platform_read_user(const char *name, char *data, int size)
{
    return platform_read_beside(name, data, size);
}

void platform_sleep(int milliseconds)
{
    (void)milliseconds;
}

int platform_try_lock(intptr_t *lock)
{
    *lock = 0;
    return 1;
}

void platform_unlock(intptr_t lock)
{
    (void)lock;
}

enum spawn_result platform_spawn_agent(intptr_t lock, struct process *p, int *code)
{
    (void)lock;
    (void)p;
    (void)code;
    return SPAWN_ABSENT;
}

enum process_state platform_watch(struct process *p, int milliseconds, struct ending *e)
{
    (void)p;
    (void)milliseconds;
    (void)e;
    return PROCESS_RUNS;
}

void platform_release(struct process *p)
{
    (void)p;
}
