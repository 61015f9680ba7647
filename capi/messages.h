/* The texts that a cashier reads when the library itself has to answer. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdint.h>

enum message {
    MESSAGE_NONE,
    MESSAGE_REFUSED,         /* port */
    MESSAGE_NO_PROGRAM,      /* port */
    MESSAGE_START_FAILED,    /* port, the system's error code */
    MESSAGE_NOT_STARTED,     /* port, milliseconds waited */
    MESSAGE_OTHER_USER,      /* port */
    MESSAGE_CONNECT_TIMEOUT, /* port, milliseconds */
    MESSAGE_NO_NETWORK,      /* the system's error code */
    MESSAGE_ANSWER_TIMEOUT,  /* milliseconds */
    MESSAGE_CLOSED,          /* port */
    MESSAGE_NOT_HTTP,        /* port */
    MESSAGE_HTTP_STATUS,     /* HTTP status, port */
    MESSAGE_ANSWER_LENGTH,   /* limit in bytes, port */
    MESSAGE_NOT_XML,         /* port */
    MESSAGE_CAPACITY,        /* bytes needed, bytes there */
    MESSAGE_REQUEST_LENGTH,
    MESSAGE_INI_LINE, /* line */
    MESSAGE_INI_LENGTH,
    MESSAGE_INI_UNREADABLE,
    MESSAGE_ENVIRONMENT,
    MESSAGE_COUNT
};

/* A failure: its message and the numbers that stand in the message, in order. */
struct fault {
    enum message message;
    long numbers[2];
};

/* fault_of makes a fault; numbers that its message has no place for are 0. */
static inline struct fault fault_of(enum message message, long first, long second)
{
    return (struct fault){message, {first, second}};
}

static inline struct fault fault_none(void)
{
    return fault_of(MESSAGE_NONE, 0, 0);
}

/*
 * A message in both charsets of callers. Every '%' stands for the next number. ('%' is never the
 * second byte of a GBK character.) The texts hold none of & < >.
 */
struct message_text {
    const char *gbk;
    const uint16_t *utf16;
};

const struct message_text *message_text(enum message message);

#endif
