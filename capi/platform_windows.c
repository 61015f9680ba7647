/* Windows XP and later: kernel32 and ws2_32, nothing newer, no C runtime of its own. */
#define WIN32_LEAN_AND_MEAN
#include "platform.h"
#include <string.h>
#include <winsock2.h>

#include <windows.h>

/* The DLL keeps nothing that would have to be set up or torn down: see -nostartfiles. */
BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved);

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    (void)self;
    (void)reason;
    (void)reserved;
    return TRUE;
}

uint32_t platform_milliseconds(void)
{
    return GetTickCount();
}

static enum connection_result failed(struct connection *c, int code)
{
    c->code = code;
    switch (code) {
    case WSAECONNREFUSED:
        return CONNECTION_REFUSED;
    case WSAECONNRESET:
    case WSAECONNABORTED:
    case WSAENETRESET:
    case WSAESHUTDOWN:
        return CONNECTION_CLOSED;
    case WSAETIMEDOUT:
        return CONNECTION_TIMEOUT;
    default:
        return CONNECTION_FAILED;
    }
}

enum direction { TO_READ, TO_WRITE };

static enum connection_result wait_for(struct connection *c, enum direction direction,
                                       struct deadline d)
{
    SOCKET s = (SOCKET)c->socket;
    int left = deadline_left(d);
    struct timeval span = {left / 1000, left % 1000 * 1000};
    fd_set ready;
    fd_set broken; /* where Windows reports a connect that failed */

    if (left == 0)
        return CONNECTION_TIMEOUT;
    ready.fd_count = broken.fd_count = 1;
    ready.fd_array[0] = broken.fd_array[0] = s;
    int n = select(0, direction == TO_READ ? &ready : NULL, direction == TO_WRITE ? &ready : NULL,
                   direction == TO_WRITE ? &broken : NULL, &span);
    if (n == 0)
        return CONNECTION_TIMEOUT;
    return n > 0 ? CONNECTION_OK : failed(c, WSAGetLastError());
}

static enum connection_result connect_socket(struct connection *c, int port, struct deadline d)
{
    SOCKET s = (SOCKET)c->socket;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};
    BOOL yes = TRUE;
    u_long nonblocking = 1;
    int code = 0;
    int size = sizeof code;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof yes);
    if (ioctlsocket(s, (long)FIONBIO, &nonblocking) != 0)
        return failed(c, WSAGetLastError());
    if (connect(s, (const struct sockaddr *)&to, sizeof to) == 0)
        return CONNECTION_OK;
    if (WSAGetLastError() != WSAEWOULDBLOCK)
        return failed(c, WSAGetLastError());
    enum connection_result result = wait_for(c, TO_WRITE, d);
    if (result != CONNECTION_OK)
        return result;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&code, &size) != 0)
        code = WSAGetLastError();
    return code == 0 ? CONNECTION_OK : failed(c, code);
}

/*
 * Winsock counts who started it, and with the last of them closes every socket of the process. It
 * is started and cleaned up by one thread at a time: Wine counts without a lock. A thread may have
 * been ended in between, so the wait is not for ever.
 */
static int gate;

static void enter_gate(void)
{
    for (int i = 0; i < 200 && __atomic_exchange_n(&gate, 1, __ATOMIC_ACQUIRE) != 0; i++)
        Sleep(i < 100 ? 0 : 10);
}

static void leave_gate(void)
{
    __atomic_store_n(&gate, 0, __ATOMIC_RELEASE);
}

static int start_winsock(void)
{
    WSADATA data;

    enter_gate();
    int code = WSAStartup(MAKEWORD(2, 2), &data);
    leave_gate();
    return code;
}

enum connection_result connection_open(struct connection *c, int port, struct deadline d)
{
    c->socket = (intptr_t)INVALID_SOCKET;
    int code = start_winsock();
    c->started = code == 0;
    if (code != 0)
        return failed(c, code);
    c->socket = (intptr_t)socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if ((SOCKET)c->socket == INVALID_SOCKET)
        return failed(c, WSAGetLastError());
    return connect_socket(c, port, d);
}

enum connection_result connection_send(struct connection *c, const char *data, size_t n,
                                       struct deadline d)
{
    while (n > 0) {
        int sent = send((SOCKET)c->socket, data, (int)n, 0);
        if (sent >= 0) {
            data += sent;
            n -= (size_t)sent;
            continue;
        }
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            return failed(c, WSAGetLastError());
        enum connection_result result = wait_for(c, TO_WRITE, d);
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
        enum connection_result result = wait_for(c, TO_READ, d);
        if (result != CONNECTION_OK)
            return result;
        int received = recv((SOCKET)c->socket, data, (int)n, 0);
        if (received == 0)
            return CONNECTION_CLOSED;
        if (received > 0) {
            *got = (size_t)received;
            return CONNECTION_OK;
        }
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            return failed(c, WSAGetLastError());
    }
}

void connection_close(struct connection *c)
{
    if ((SOCKET)c->socket != INVALID_SOCKET)
        closesocket((SOCKET)c->socket);
    c->socket = (intptr_t)INVALID_SOCKET;
    if (c->started) {
        enter_gate();
        WSACleanup();
        leave_gate();
    }
    c->started = 0;
}

/* extent returns how many of the limit bytes at p lie in memory of one of the protections. */
static size_t extent(const void *p, size_t limit, DWORD protections)
{
    const uintptr_t start = (uintptr_t)p;
    MEMORY_BASIC_INFORMATION m;
    size_t n = 0;

    while (n < limit && VirtualQuery((const void *)(start + n), &m, sizeof m) != 0) {
        if (m.State != MEM_COMMIT || (m.Protect & PAGE_GUARD) != 0 ||
            (m.Protect & protections) == 0)
            break;
        n = (uintptr_t)m.BaseAddress + m.RegionSize - start;
    }
    return n < limit ? n : limit;
}

enum {
    WRITABLE = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY,
    READABLE = WRITABLE | PAGE_READONLY | PAGE_EXECUTE_READ,
};

size_t platform_writable(const void *p, size_t limit)
{
    return extent(p, limit, WRITABLE);
}

int platform_peek(const void *p, void *copy, size_t n)
{
    if (extent(p, n, READABLE) != n)
        return 0;
    memcpy(copy, p, n);
    return 1;
}
