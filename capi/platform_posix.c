#define _GNU_SOURCE /* dl_iterate_phdr */
#include "platform.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

/* find_self is called for each object of the process; data gets the name of this one. */
static int find_self(struct dl_phdr_info *object, size_t size, void *data)
{
    static const char here;
    const char **name = data;

    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = (uintptr_t)(object->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_LOAD && (uintptr_t)&here - start < segment->p_memsz) {
            *name = object->dlpi_name;
            return 1;
        }
    }
    return 0;
}

/*
 * path_beside writes the path of a file in the folder of this library; it returns 0 or a FILE_
 * code. dl_iterate_phdr, because dladdr ties the library to glibc 2.34 or later. A library that
 * was loaded by a relative path is looked for from the working directory once more.
 */
static int path_beside(const char *name, char *path, size_t size)
{
    const char *self = NULL;

    dl_iterate_phdr(find_self, &self);
    const char *slash = self != NULL ? strrchr(self, '/') : NULL;
    if (slash == NULL)
        return FILE_ABSENT; /* part of a program, not a library */
    size_t folder = (size_t)(slash - self) + 1;
    if (folder + strlen(name) >= size)
        return FILE_UNREADABLE;
    memcpy(path, self, folder);
    strcpy(path + folder, name);
    return 0;
}

int platform_read_beside(const char *name, char *data, int size)
{
    char path[1024];
    int total = path_beside(name, path, sizeof path);

    if (total != 0)
        return total;
    /* O_NONBLOCK: a FIFO in the file's place must not hang the host. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
    while (total < size) {
        ssize_t n = read(file, data + total, (size_t)(size - total));
        if (n == 0)
            break;
        if (n > 0) {
            total += (int)n;
        } else if (errno != EINTR) {
            total = FILE_UNREADABLE;
            break;
        }
    }
    close(file);
    return total;
}

int platform_environment(const char *name, char *value, int size)
{
    const char *found = getenv(name);

    if (found == NULL)
        return 0;
    if (strlen(found) < (size_t)size)
        strcpy(value, found);
    else
        strcpy(value, "-");
    return 1;
}
