#include "exchange.h"
#include "answer.h"
#include "text.h"
#include <string.h>

/* find_agent settles where to call. The secret is for the agent that wrote the address only. */
static void find_agent(struct exchange *x)
{
    x->address = address_get();
    if (x->config->port != 0)
        x->port = x->config->port;
    else
        x->port = x->address.port != 0 ? x->address.port : ADDRESS_PORT;
    if (x->port != x->address.port)
        x->address.secret[0] = '\0';
}

/* network_fault puts what the connection reports into words for a cashier. */
static struct fault network_fault(const struct exchange *x, enum connection_result result)
{
    switch (result) {
    case CONNECTION_OK:
        break;
    case CONNECTION_REFUSED:
        return fault_of(MESSAGE_REFUSED, x->port, 0);
    case CONNECTION_TIMEOUT:
        return fault_of(MESSAGE_ANSWER_TIMEOUT, x->config->timeout_ms, 0);
    case CONNECTION_CLOSED:
        return fault_of(MESSAGE_CLOSED, x->port, 0);
    case CONNECTION_FAILED:
        return fault_of(MESSAGE_NO_NETWORK, x->connection.code, 0);
    }
    return fault_none();
}

static struct fault open_connection(struct exchange *x)
{
    enum connection_result result = connection_open(&x->connection, x->port, x->deadline);

    if (result == CONNECTION_TIMEOUT)
        return fault_of(MESSAGE_CONNECT_TIMEOUT, x->port, x->config->timeout_ms);
    return network_fault(x, result);
}

/* send_request sends head and body, in one piece when they fit into the buffer. */
static struct fault send_request(struct exchange *x)
{
    const struct request *r = x->request;
    const size_t size = request_size(r);
    struct text t = {x->buffer, sizeof x->buffer, 0, CHARSET_GBK};

    text_add(&t, "POST /v1/call HTTP/1.1\r\nHost: 127.0.0.1:");
    text_add_number(&t, x->port);
    if (r->charset == CHARSET_GBK)
        text_add(&t, "\r\nContent-Type: text/xml; charset=GBK");
    else
        text_add(&t, "\r\nContent-Type: text/xml; charset=UTF-16LE\r\nMPS-Charset: utf-16le");
    text_add(&t, "\r\nContent-Length: ");
    text_add_number(&t, (long)size);
    text_add(&t, "\r\nMPS-Capacity: ");
    text_add_number(&t, x->capacity);
    if (x->address.secret[0] != '\0') {
        text_add(&t, "\r\nMPS-Secret: ");
        text_add(&t, x->address.secret);
    }
    text_add(&t, "\r\nConnection: close\r\n\r\n");

    size_t first = t.size - t.length < size ? t.size - t.length : size;
    memcpy(x->buffer + t.length, r->text, first);
    enum connection_result result =
        connection_send(&x->connection, x->buffer, t.length + first, x->deadline);
    if (result == CONNECTION_OK && first < size)
        result = connection_send(&x->connection, r->text + first, size - first, x->deadline);
    return network_fault(x, result);
}

/* receive_head reads up to the end of the head and moves what came of the body to the buffer's
 * start; *left says how much that is. */
static struct fault receive_head(struct exchange *x, size_t *left)
{
    http_head_start(&x->head);
    for (;;) {
        size_t got = 0;
        enum connection_result result =
            connection_receive(&x->connection, x->buffer, sizeof x->buffer, &got, x->deadline);
        if (result != CONNECTION_OK)
            return network_fault(x, result);
        for (size_t i = 0; i < got; i++) {
            enum http_step step = http_head_byte(&x->head, x->buffer[i]);
            if (step == HTTP_MALFORMED)
                return fault_of(MESSAGE_NOT_HTTP, x->port, 0);
            if (step == HTTP_COMPLETE) {
                *left = got - i - 1;
                memmove(x->buffer, x->buffer + i + 1, *left);
                return fault_none();
            }
        }
    }
}

/* check_head settles whether a body comes that fits, and how many bytes would be needed. */
static struct fault check_head(struct exchange *x)
{
    const struct http_head *h = &x->head;
    const int nul = (int)x->request->charset;

    if (h->status == 403 && h->secret)
        return fault_of(MESSAGE_OTHER_USER, x->port, 0);
    if (h->status != 200)
        return fault_of(MESSAGE_HTTP_STATUS, h->status, x->port);
    if (h->length < 0 || h->length > HTTP_LENGTH_MAX || h->needed > HTTP_LENGTH_MAX)
        return fault_of(MESSAGE_ANSWER_LENGTH, HTTP_LENGTH_MAX, x->port);
    if (h->needed > x->capacity)
        x->needed = h->needed;
    else if (h->length + nul > x->capacity)
        x->needed = h->length + nul;
    if (h->length + nul > x->capacity)
        return fault_of(MESSAGE_CAPACITY, x->needed, x->capacity);
    return fault_none();
}

/* receive_body reads the body straight into resp, left bytes of it from the buffer. */
static struct fault receive_body(struct exchange *x, size_t left)
{
    int length = x->head.length;

    x->received = left < (size_t)length ? (int)left : length;
    memcpy(x->resp, x->buffer, (size_t)x->received);
    while (x->received < length) {
        size_t got = 0;
        enum connection_result result =
            connection_receive(&x->connection, x->resp + x->received,
                               (size_t)(length - x->received), &got, x->deadline);
        if (result != CONNECTION_OK)
            return network_fault(x, result);
        x->received += (int)got;
    }
    if (!answer_is_whole(x->request->charset, x->resp, (size_t)length))
        return fault_of(MESSAGE_NOT_XML, x->port, 0);
    memset(x->resp + length, 0, (size_t)x->request->charset);
    return fault_none();
}

struct fault exchange(struct exchange *x)
{
    size_t left = 0;

    find_agent(x);
    struct fault f = open_connection(x);
    if (f.message == MESSAGE_NONE)
        f = send_request(x);
    if (f.message == MESSAGE_NONE)
        f = receive_head(x, &left);
    if (f.message == MESSAGE_NONE)
        f = check_head(x);
    if (f.message == MESSAGE_NONE)
        f = receive_body(x, left);
    connection_close(&x->connection);
    return f;
}
