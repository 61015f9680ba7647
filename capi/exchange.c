#include "exchange.h"
#include "address.h"
#include "answer.h"
#include "http.h"
#include "mps_client.h"
#include "platform.h"
#include "start.h"
#include "text.h"
#include <string.h>

/* What one call knows; lives on the stack of exchange. */
struct call {
    const struct config *config;
    const struct request *request;
    struct address address;
    int port;
    struct connection connection;
    struct deadline deadline;
    struct http_head head;
    char *resp;
    int capacity;
    int received; /* bytes of the body in resp so far */
    int needed;   /* bytes the answer needs if more than capacity, else 0 */

    /* Small on purpose: threads of hospital programs may have stacks of 64 KB. */
    char buffer[2048];
};

static struct fault fault(enum message message, long first, long second)
{
    return (struct fault){message, {first, second}};
}

static const struct fault none = {MESSAGE_NONE, {0, 0}};

/* find_agent settles where to call. The secret is for the agent that wrote the address only. */
static void find_agent(struct call *k)
{
    k->address = address_get();
    if (k->config->port != 0)
        k->port = k->config->port;
    else
        k->port = k->address.port != 0 ? k->address.port : ADDRESS_PORT;
    if (k->port != k->address.port)
        k->address.secret[0] = '\0';
}

/* network_fault puts what the connection reports into words for a cashier. */
static struct fault network_fault(const struct call *k, enum connection_result result)
{
    switch (result) {
    case CONNECTION_OK:
        break;
    case CONNECTION_REFUSED:
        return fault(MESSAGE_REFUSED, k->port, 0);
    case CONNECTION_TIMEOUT:
        return fault(MESSAGE_ANSWER_TIMEOUT, k->config->timeout_ms, 0);
    case CONNECTION_CLOSED:
        return fault(MESSAGE_CLOSED, k->port, 0);
    case CONNECTION_FAILED:
        return fault(MESSAGE_NO_NETWORK, k->connection.code, 0);
    }
    return none;
}

static struct fault open_connection(struct call *k)
{
    enum connection_result result = connection_open(&k->connection, k->port, k->deadline);

    if (result == CONNECTION_TIMEOUT)
        return fault(MESSAGE_CONNECT_TIMEOUT, k->port, k->config->timeout_ms);
    return network_fault(k, result);
}

/* send_request sends head and body, in one piece when they fit into the buffer. */
static struct fault send_request(struct call *k)
{
    const struct request *r = k->request;
    const size_t size = request_size(r);
    struct text t = {k->buffer, sizeof k->buffer, 0, CHARSET_GBK};

    text_add(&t, "POST /v1/call HTTP/1.1\r\nHost: 127.0.0.1:");
    text_add_number(&t, k->port);
    if (r->charset == CHARSET_GBK)
        text_add(&t, "\r\nContent-Type: text/xml; charset=GBK");
    else
        text_add(&t, "\r\nContent-Type: text/xml; charset=UTF-16LE\r\nMPS-Charset: utf-16le");
    text_add(&t, "\r\nContent-Length: ");
    text_add_number(&t, (long)size);
    text_add(&t, "\r\nMPS-Capacity: ");
    text_add_number(&t, k->capacity);
    if (k->address.secret[0] != '\0') {
        text_add(&t, "\r\nMPS-Secret: ");
        text_add(&t, k->address.secret);
    }
    text_add(&t, "\r\nConnection: close\r\n\r\n");

    size_t first = t.size - t.length < size ? t.size - t.length : size;
    memcpy(k->buffer + t.length, r->text, first);
    enum connection_result result =
        connection_send(&k->connection, k->buffer, t.length + first, k->deadline);
    if (result == CONNECTION_OK && first < size)
        result = connection_send(&k->connection, r->text + first, size - first, k->deadline);
    return network_fault(k, result);
}

/* receive_head reads up to the end of the head and moves what came of the body to the buffer's
 * start; *left says how much that is. */
static struct fault receive_head(struct call *k, size_t *left)
{
    http_head_start(&k->head);
    for (;;) {
        size_t got = 0;
        enum connection_result result =
            connection_receive(&k->connection, k->buffer, sizeof k->buffer, &got, k->deadline);
        if (result != CONNECTION_OK)
            return network_fault(k, result);
        for (size_t i = 0; i < got; i++) {
            enum http_step step = http_head_byte(&k->head, k->buffer[i]);
            if (step == HTTP_MALFORMED)
                return fault(MESSAGE_NOT_HTTP, k->port, 0);
            if (step == HTTP_COMPLETE) {
                *left = got - i - 1;
                memmove(k->buffer, k->buffer + i + 1, *left);
                return none;
            }
        }
    }
}

/* check_head settles whether a body comes that fits, and how many bytes would be needed. */
static struct fault check_head(struct call *k)
{
    const struct http_head *h = &k->head;
    const int nul = (int)k->request->charset;

    if (h->status == 403 && h->secret)
        return fault(MESSAGE_OTHER_USER, k->port, 0);
    if (h->status != 200)
        return fault(MESSAGE_HTTP_STATUS, h->status, k->port);
    if (h->length < 0 || h->length > HTTP_LENGTH_MAX || h->needed > HTTP_LENGTH_MAX)
        return fault(MESSAGE_ANSWER_LENGTH, HTTP_LENGTH_MAX, k->port);
    if (h->needed > k->capacity)
        k->needed = h->needed;
    else if (h->length + nul > k->capacity)
        k->needed = h->length + nul;
    if (h->length + nul > k->capacity)
        return fault(MESSAGE_CAPACITY, k->needed, k->capacity);
    return none;
}

/* receive_body reads the body straight into resp, left bytes of it from the buffer. */
static struct fault receive_body(struct call *k, size_t left)
{
    int length = k->head.length;

    k->received = left < (size_t)length ? (int)left : length;
    memcpy(k->resp, k->buffer, (size_t)k->received);
    while (k->received < length) {
        size_t got = 0;
        enum connection_result result =
            connection_receive(&k->connection, k->resp + k->received,
                               (size_t)(length - k->received), &got, k->deadline);
        if (result != CONNECTION_OK)
            return network_fault(k, result);
        k->received += (int)got;
    }
    if (!answer_is_whole(k->request->charset, k->resp, (size_t)length))
        return fault(MESSAGE_NOT_XML, k->port, 0);
    memset(k->resp + length, 0, (size_t)k->request->charset);
    return none;
}

static struct fault talk(struct call *k)
{
    size_t left = 0;

    find_agent(k);
    struct fault f = open_connection(k);
    if (f.message == MESSAGE_NONE)
        f = send_request(k);
    if (f.message == MESSAGE_NONE)
        f = receive_head(k, &left);
    if (f.message == MESSAGE_NONE)
        f = check_head(k);
    if (f.message == MESSAGE_NONE)
        f = receive_body(k, left);
    connection_close(&k->connection);
    return f;
}

/*
 * needs_start tells whether the agent of this user is not there: nobody listens, or another
 * user's agent does while ours left no address, or one that it did not live to take away.
 */
static int needs_start(const struct call *k, struct fault f)
{
    if (f.message == MESSAGE_OTHER_USER)
        return k->address.port == 0 || k->port == k->address.port;
    return f.message == MESSAGE_REFUSED;
}

/* talk_or_start talks, where need be to an agent that is started first: none has worked on the
 * request then. */
static struct fault talk_or_start(struct call *k)
{
    struct fault f = talk(k);

    if (!k->config->autostart || !needs_start(k, f))
        return f;
    /* Windows takes a second to refuse: nobody need ask once more where this call just did. */
    const struct address *stale = k->port == k->address.port ? &k->address : NULL;
    int refused = f.message == MESSAGE_REFUSED;
    int left = deadline_left(k->deadline);
    int span = left < START_MS ? left : START_MS;
    int code = 0;
    switch (start_agent(stale, span, &code)) {
    case START_ABSENT:
        return refused ? fault(MESSAGE_NO_PROGRAM, k->port, 0) : f;
    case START_FAILED:
        return refused ? fault(MESSAGE_START_FAILED, k->port, code) : f;
    case START_LATE:
        f = talk(k);
        if (f.message == MESSAGE_REFUSED || f.message == MESSAGE_CONNECT_TIMEOUT)
            return fault(MESSAGE_NOT_STARTED, k->port, span);
        return f;
    case START_DONE:
        break;
    }
    return talk(k);
}

int exchange(const struct config *c, const struct request *r, char *resp, int capacity)
{
    struct call k = {.config = c, .request = r, .resp = resp, .capacity = capacity};

    if (r->length > MPS_REQUEST_MAX)
        return answer_fault(r, fault(MESSAGE_REQUEST_LENGTH, 0, 0), resp, capacity);
    k.deadline = (struct deadline){platform_milliseconds(), (uint32_t)c->timeout_ms};

    struct fault f = talk_or_start(&k);
    if (f.message == MESSAGE_NONE)
        return k.needed;

    /* Half an answer is no answer, and a patient's data besides. */
    memset(resp, 0, (size_t)k.received);
    int needed = answer_fault(r, f, resp, capacity);
    return k.needed > 0 ? k.needed : needed;
}
