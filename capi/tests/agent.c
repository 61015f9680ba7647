#define _GNU_SOURCE
#include "agent.h"
#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct agent {
    int listener;
    int port;
    int deaf;
    int threads;
    pthread_t thread[THREADS_MAX];
    agent_answer *answer;
    void *argument;
};

/* bind_anywhere returns a socket with a port of its own. */
static int bind_anywhere(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bound < 0 || bind(bound, (struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(bound, (struct sockaddr *)&at, &size) != 0) {
        perror("agent");
        abort();
    }
    *port = ntohs(at.sin_port);
    return bound;
}

/* number returns the header's number, or -1. */
static long number(const char *head, const char *name)
{
    const char *at = strstr(head, name);

    return at == NULL ? -1 : strtol(at + strlen(name), NULL, 10);
}

/* word copies the header's value, cut, or nothing. */
static void word(const char *head, const char *name, char *value, size_t size)
{
    const char *at = strstr(head, name);
    size_t n = 0;

    if (at != NULL)
        for (at += strlen(name); n + 1 < size && at[n] != '\r'; n++)
            value[n] = at[n];
    value[n] = '\0';
}

/* read_request reads byte by byte up to the body: slow and simple. */
static int read_request(int socket, struct seen *seen)
{
    static const char start[] = "POST /v1/call HTTP/1.1\r\nHost: 127.0.0.1:";
    size_t n = 0;

    memset(seen, 0, sizeof *seen);
    while (strstr(seen->head, "\r\n\r\n") == NULL) {
        if (n + 1 == sizeof seen->head || recv(socket, seen->head + n, 1, 0) != 1)
            return 0;
        n++;
    }
    long length = number(seen->head, "\r\nContent-Length: ");
    CHECK(strncmp(seen->head, start, sizeof start - 1) == 0, "%s", seen->head);
    seen->utf16 = strstr(seen->head, "\r\nMPS-Charset: utf-16le\r\n") != NULL;
    CHECK(strstr(seen->head, seen->utf16 ? "\r\nContent-Type: text/xml; charset=UTF-16LE\r\n"
                                         : "\r\nContent-Type: text/xml; charset=GBK\r\n") != NULL,
          "%s", seen->head);
    word(seen->head, "\r\nMPS-Secret: ", seen->secret, sizeof seen->secret);
    CHECK(strstr(seen->head, "\r\nConnection: close\r\n") != NULL, "%s", seen->head);
    CHECK(length >= 0 && length <= 65536 * (1 + seen->utf16), "%s", seen->head);
    seen->capacity = (int)number(seen->head, "\r\nMPS-Capacity: ");
    seen->length = (size_t)length;
    seen->body = calloc(1, seen->length + 2);
    if (seen->body == NULL)
        abort();
    return seen->length == 0 ||
           recv(socket, seen->body, seen->length, MSG_WAITALL) == (ssize_t)seen->length;
}

static void serve(struct agent *a, int socket)
{
    struct seen seen;

    if (a->deaf) {
        a->answer(socket, NULL, a->argument);
        return;
    }
    if (read_request(socket, &seen))
        a->answer(socket, &seen, a->argument);
    free(seen.body);
}

static void *work(void *argument)
{
    struct agent *a = argument;

    for (;;) {
        int socket = accept(a->listener, NULL, NULL);
        if (socket < 0)
            return NULL;
        serve(a, socket);
        close(socket);
    }
}

struct agent *agent_start(int threads, int deaf, agent_answer *answer, void *argument)
{
    struct agent *a = calloc(1, sizeof *a);

    if (a == NULL)
        abort();
    a->listener = bind_anywhere(&a->port);
    if (listen(a->listener, 1024) != 0)
        abort();
    a->deaf = deaf;
    a->answer = answer;
    a->argument = argument;
    for (; a->threads < threads; a->threads++)
        if (pthread_create(&a->thread[a->threads], NULL, work, a) != 0)
            abort();
    return a;
}

int agent_port(const struct agent *a)
{
    return a->port;
}

void agent_stop(struct agent *a)
{
    shutdown(a->listener, SHUT_RDWR);
    for (int i = 0; i < a->threads; i++)
        pthread_join(a->thread[i], NULL);
    close(a->listener);
    free(a);
}

void agent_send(int socket, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(socket, data, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        data += sent;
        n -= (size_t)sent;
    }
}

void agent_reply(int socket, const char *body, size_t n, int needed)
{
    char head[256];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=GBK\r\n"
                          "Connection: close\r\nContent-Length: %zu\r\n",
                          n);

    if (needed > 0)
        length +=
            snprintf(head + length, sizeof head - (size_t)length, "Mps-Needed: %d\r\n", needed);
    length += snprintf(head + length, sizeof head - (size_t)length, "\r\n");
    agent_send(socket, head, (size_t)length);
    agent_send(socket, body, n);
}

void agent_wait_for_byte(int socket)
{
    char byte;

    recv(socket, &byte, 1, MSG_PEEK);
}

void agent_wait_for_close(int socket)
{
    char dropped[4096];

    while (recv(socket, dropped, sizeof dropped, 0) > 0)
        ;
}

int agent_unused_port(void)
{
    int port;

    bind_anywhere(&port); /* kept: a port that is given back may be the next program's */
    return port;
}
