/* The texts that a cashier reads when the library itself has to answer. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "reason.h"
#include <stdint.h>

enum message {
    MESSAGE_NONE,
    MESSAGE_REFUSED,      /* port */
    MESSAGE_NO_PROGRAM,   /* port */
    MESSAGE_START_FAILED, /* port, the system's error code */
    MESSAGE_NOT_STARTED,  /* port, milliseconds waited */
    MESSAGE_ENDED,        /* port, exit code */
    MESSAGE_ENDED_REASON, /* the reason; port, exit code */
    MESSAGE_FOLDER_LENGTH,
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

/* A failure: its message, the numbers that stand in the message, in order, and the reason, where
 * it has a place for one. */
struct fault {
    enum message message;
    int64_t numbers[2]; /* not negative */
    const struct reason *reason;
};

/* fault_of makes a fault; numbers that its message has no place for are 0. */
static inline struct fault fault_of(enum message message, int64_t first, int64_t second)
{
    return (struct fault){message, {first, second}, NULL};
}

static inline struct fault fault_none(void)
{
    return fault_of(MESSAGE_NONE, 0, 0);
}

/*
 * A message in both charsets of callers. Every '%' stands for the next number, '$' for the reason.
 * (Neither is ever the second byte of a GBK character.) The texts hold none of & < >.
 */
struct message_text {
    const char *gbk;
    const uint16_t *utf16;
};

const struct message_text *message_text(enum message message);

#endif
