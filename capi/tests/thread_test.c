/* 64 threads at once, each with requests of its own, each wanting its own answers. */
#define _GNU_SOURCE
#include "agent.h"
#include "check.h"
#include "mps_client.h"
#include "user.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 64, CALLS = 40 };

static pthread_barrier_t start;

/* The answer holds the request's text between its tags. */
static void echo(int socket, const struct seen *seen, void *argument)
{
    char body[256];
    int n = snprintf(body, sizeof body, "<response>%s</response>", seen->body);

    (void)argument;
    agent_reply(socket, body, (size_t)n, 0);
}

static void *work(void *argument)
{
    int thread = *(int *)argument;

    pthread_barrier_wait(&start); /* so that the settings are first read by many */
    for (int i = 0; i < CALLS; i++) {
        char req[32];
        char want[64];
        char resp[2048] = "";
        snprintf(req, sizeof req, "<%d.%d/>", thread, i);
        snprintf(want, sizeof want, "<response>%s</response>", req);
        int result = i % 2 == 0 ? MPS_Call(req, resp) : MPS_CallEx(req, resp, sizeof resp);
        CHECK(result == 0, "%s: %d", req, result);
        CHECK(strcmp(resp, want) == 0, "%s: %s", req, resp);
    }
    return NULL;
}

int main(void)
{
    struct agent *a = agent_start(16, 0, echo, NULL);
    pthread_t threads[THREADS];
    int numbers[THREADS];
    char port[16];

    user_new();
    snprintf(port, sizeof port, "%d", agent_port(a));
    setenv("MPS_CLIENT_PORT", port, 1);
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            abort();
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    agent_stop(a);
    user_free();
    return check_end("thread_test");
}
