/* The settings: mps_client.ini beside the library, and the environment. See mps_client.h. */
#ifndef CONFIG_H
#define CONFIG_H

#include "messages.h"
#include <stddef.h>

enum {
    CONFIG_CAPACITY = 2048, /* the largest buffer among the specification's examples, 2.5.2 */
    CONFIG_CAPACITY_MIN = 64,
    CONFIG_CAPACITY_MAX = 1 << 20,
    CONFIG_FILE_MAX = 4096,
};

struct config {
    int capacity;       /* bytes of resp, NUL included, when it does not tell itself */
    int port;           /* of the agent on 127.0.0.1; 0: wherever the user's agent is */
    int timeout_ms;     /* of one call, all in all */
    int autostart;      /* start an agent where none is */
    struct fault fault; /* MESSAGE_NONE, or why the settings cannot be used */
};

/* config_default returns the settings of a library without file and environment. */
struct config config_default(void);

/*
 * config_parse takes over the settings in the n bytes of an ini file. It returns 0, or the number
 * of the first line that is wrong: no line of an ini file, an unknown key, a key for the second
 * time, a value out of bounds.
 */
int config_parse(struct config *c, const char *text, size_t n);

/*
 * config_get returns the settings. The first good ones are kept until the library is unloaded;
 * while they are bad each call looks again, so that mending the file is enough.
 */
struct config config_get(void);

#endif
