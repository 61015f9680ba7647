#define _GNU_SOURCE
#include "user.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char file[96];

/* below is a path in the user's folder, valid until the next call. */
static const char *below(const char *name)
{
    static char path[96];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void user_new(void)
{
    strcpy(folder, "/tmp/mps_test.XXXXXX");
    if (mkdtemp(folder) == NULL || mkdir(below("mps"), 0700) != 0) {
        perror(folder);
        abort();
    }
    snprintf(file, sizeof file, "%s/mps/agent.ini", folder);
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("MPS_CLIENT_AUTOSTART", "0", 1);
}

void user_free(void)
{
    user_forget();
    unlink(user_lock());
    unlink(below("mps/agent.reason"));
    rmdir(below("mps"));
    if (rmdir(folder) != 0)
        perror(folder);
}

const char *user_file(void)
{
    return file;
}

const char *user_lock(void)
{
    return below("mps/agent.lock");
}

void user_write(const char *format, ...)
{
    va_list arguments;
    FILE *out = fopen(file, "wb");

    if (out == NULL || chmod(file, 0600) != 0) {
        perror(file);
        abort();
    }
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    fclose(out);
}

void user_forget(void)
{
    unlink(file);
}
