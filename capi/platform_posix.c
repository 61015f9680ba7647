#define _GNU_SOURCE /* pipe2, syscall */
#include "platform.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint32_t platform_milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec * 1000U + (uint32_t)(now.tv_nsec / 1000000);
}

static enum connection_result failed(struct connection *c, int code)
{
    c->code = code;
    switch (code) {
    case ECONNREFUSED:
        return CONNECTION_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return CONNECTION_CLOSED;
    case ETIMEDOUT:
        return CONNECTION_TIMEOUT;
    default:
        return CONNECTION_FAILED;
    }
}

/* wait_for uses poll, not select: the host may have more than FD_SETSIZE files open. */
static enum connection_result wait_for(struct connection *c, short events, struct deadline d)
{
    for (;;) {
        struct pollfd p = {.fd = (int)c->socket, .events = events};
        int left = deadline_left(d);
        if (left == 0)
            return CONNECTION_TIMEOUT;
        int n = poll(&p, 1, left);
        if (n > 0)
            return CONNECTION_OK;
        if (n < 0 && errno != EINTR)
            return failed(c, errno);
    }
}

enum connection_result connection_open(struct connection *c, int port, struct deadline d)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int yes = 1;
    int code = 0;
    socklen_t size = sizeof code;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->code = 0;
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->socket < 0)
        return failed(c, errno);
    setsockopt((int)c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect((int)c->socket, (const struct sockaddr *)&to, sizeof to) == 0)
        return CONNECTION_OK;
    if (errno != EINPROGRESS && errno != EINTR)
        return failed(c, errno);
    enum connection_result result = wait_for(c, POLLOUT, d);
    if (result != CONNECTION_OK)
        return result;
    if (getsockopt((int)c->socket, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
        code = errno;
    return code == 0 ? CONNECTION_OK : failed(c, code);
}

/* retry tells whether the error just met only means to wait for events, and waits. */
static enum connection_result retry(struct connection *c, short events, struct deadline d)
{
    if (errno == EINTR)
        return deadline_left(d) > 0 ? CONNECTION_OK : CONNECTION_TIMEOUT;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return wait_for(c, events, d);
    return failed(c, errno);
}

enum connection_result connection_send(struct connection *c, const char *data, size_t n,
                                       struct deadline d)
{
    while (n > 0) {
        ssize_t sent = send((int)c->socket, data, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            data += sent;
            n -= (size_t)sent;
            continue;
        }
        enum connection_result result = retry(c, POLLOUT, d);
        if (result != CONNECTION_OK)
            return result;
    }
    return CONNECTION_OK;
}

enum connection_result connection_receive(struct connection *c, char *data, size_t n, size_t *got,
                                          struct deadline d)
{
    for (;;) {
        /* Waiting first also bounds a sender that never stops. */
        enum connection_result result = wait_for(c, POLLIN, d);
        if (result != CONNECTION_OK)
            return result;
        ssize_t received = recv((int)c->socket, data, n, 0);
        if (received == 0)
            return CONNECTION_CLOSED;
        if (received > 0) {
            *got = (size_t)received;
            return CONNECTION_OK;
        }
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return failed(c, errno);
    }
}

void connection_close(struct connection *c)
{
    if (c->socket >= 0)
        close((int)c->socket);
    c->socket = -1;
}

size_t platform_writable(const void *p, size_t limit)
{
    (void)p;
    return limit;
}

/* The kernel knows: it refuses to copy from where nothing can be read. The call is the system's
 * own, because checkers of memory look at what write is given, and this may be nobody's. */
int platform_peek(const void *p, void *copy, size_t n)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return 0;
    int copied =
        syscall(SYS_write, ends[1], p, n) == (long)n && read(ends[0], copy, n) == (ssize_t)n;
    close(ends[0]);
    close(ends[1]);
    return copied;
}
