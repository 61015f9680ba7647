#include "platform_fuzz.h"
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
