#define _GNU_SOURCE
#include "clock.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* The names are the linker's, by --wrap=clock_gettime. */
int __real_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);

enum { SECOND = 1000000000 }; /* in nanoseconds, as everything below */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int stopped;
static int64_t stopped_at;
static int64_t lost; /* while it stood still */

static int64_t real_time(void)
{
    struct timespec t;

    if (__real_clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        abort();
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
    if (id != CLOCK_MONOTONIC)
        abort();
    pthread_mutex_lock(&lock);
    int64_t now = stopped ? stopped_at : real_time() - lost;
    pthread_mutex_unlock(&lock);
    t->tv_sec = (time_t)(now / SECOND);
    t->tv_nsec = (long)(now % SECOND);
    return 0;
}

void clock_stop(void)
{
    pthread_mutex_lock(&lock);
    if (!stopped)
        stopped_at = real_time() - lost;
    stopped = 1;
    pthread_mutex_unlock(&lock);
}

void clock_run(void)
{
    pthread_mutex_lock(&lock);
    if (stopped)
        lost = real_time() - stopped_at;
    stopped = 0;
    pthread_mutex_unlock(&lock);
}
