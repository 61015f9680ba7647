/* A platform without system: the other side of the connection is the fuzzer's bytes. */
#ifndef PLATFORM_FUZZ_H
#define PLATFORM_FUZZ_H

#include "platform.h"

/* The bytes to be received, in pieces of at most so many, and what comes after them. */
struct stream {
    const char *at;
    size_t left;
    size_t piece;
    enum connection_result end;
};

extern struct stream stream;

#endif
