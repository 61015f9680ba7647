/* How much of resp is used: every buffer here ends right before a page that cannot be touched. */
#define _GNU_SOURCE
#include "agent.h"
#include "answer.h"
#include "check.h"
#include "mps_client.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIGURED = 300, SMALLEST = 58, ENVELOPE = 21 /* <response></response> */ };

/* The agent of this test: answers with so many bytes, or as many as fit. */
static struct {
    int length;   /* of the answer; 0: just what fits, or nothing at all */
    int needed;   /* MPS-Needed */
    int capacity; /* MPS-Capacity of the last request */
    size_t asked; /* length of the last request */
} plan;

static void answer(int socket, const struct seen *seen, void *argument)
{
    int n = plan.length > 0 ? plan.length : seen->capacity - 1;
    char *body = malloc((size_t)n + 1);

    (void)argument;
    plan.capacity = seen->capacity;
    plan.asked = seen->length;
    if (body == NULL)
        abort();
    memset(body, 'a', (size_t)n);
    if (n >= ENVELOPE) {
        memcpy(body, "<response>", 10);
        memcpy(body + n - 11, "</response>", 11);
    } else {
        n = 0;
    }
    agent_reply(socket, body, (size_t)n, plan.needed);
    free(body);
}

/* call_ex calls with a guarded buffer and checks what holds for every outcome. */
static int call_ex(int capacity, char *copy)
{
    char *resp = guarded_new((size_t)capacity);

    memset(resp, 'x', (size_t)capacity);
    int needed = MPS_CallEx(REQUEST("03"), resp, capacity);
    size_t n = strnlen(resp, (size_t)capacity);
    CHECK(n < (size_t)capacity, "capacity %d: no NUL", capacity);
    CHECK(plan.capacity == capacity, "capacity %d: told %d", capacity, plan.capacity);
    CHECK(n == 0 || answer_is_whole(CHARSET_GBK, resp, n), "capacity %d: %s", capacity, resp);
    CHECK(n > 0 || capacity < SMALLEST, "capacity %d: empty", capacity);
    strcpy(copy, resp);
    guarded_free(resp, (size_t)capacity);
    return needed;
}

static void test_fitting(void)
{
    char copy[2048];

    plan.length = plan.needed = 0;
    for (int capacity = 1; capacity < 1200; capacity++) {
        int needed = call_ex(capacity, copy);
        if (capacity > ENVELOPE)
            CHECK(needed == 0 && (int)strlen(copy) == capacity - 1, "%d: %d", capacity, needed);
        else
            CHECK(needed > capacity && copy[0] == '\0', "%d: %d", capacity, needed);
    }
}

/* An agent that does not keep to the capacity. */
static void test_not_fitting(void)
{
    char copy[2048];

    plan.length = 2000;
    plan.needed = 0;
    for (int capacity = 1; capacity <= 600; capacity++) {
        int needed = call_ex(capacity, copy);
        CHECK(needed == 2001, "%d: %d", capacity, needed);
        CHECK(capacity < SMALLEST || strstr(copy, "<result>-1</result>") != NULL, "%d: %s",
              capacity, copy);
    }
    int needed = call_ex(2001, copy);
    CHECK(needed == 0 && strlen(copy) == 2000, "%d", needed);
}

/* The agent's own short error goes through, with the bytes that it says are needed. */
static void test_needed(void)
{
    static const struct {
        int length, needed, want;
    } cases[] = {
        {100, 1524, 1524},       /* short error of 100 bytes */
        {100, 200, 0},           /* would have fitted: nonsense, the answer stands */
        {100, 1048576, 1048576}, /* as large as can be */
        {1000, 1524, 1524},      /* the short error does not fit either */
        {100, 1048577, 0},       /* beyond belief */
    };
    char copy[2048];

    for (size_t i = 0; i < COUNT(cases); i++) {
        plan.length = cases[i].length;
        plan.needed = cases[i].needed;
        int needed = call_ex(640, copy);
        CHECK(needed == cases[i].want, "case %zu: %d", i, needed);
        CHECK(((int)strlen(copy) == cases[i].length) == (i < 3), "case %zu: %s", i, copy);
    }
    plan.length = 100;
    plan.needed = 1524;
    char resp[CONFIGURED] = "";
    CHECK(MPS_Call((char[]){REQUEST("01")}, resp) == 0 && strlen(resp) == 100, "%s", resp);
}

/* fill makes a buffer of size bytes: so many blanks, one byte behind them, then anything. */
static char *fill(size_t size, size_t blanks, char behind)
{
    char *resp = guarded_new(size);

    memset(resp, 'x', size);
    memset(resp, ' ', blanks);
    if (blanks < size)
        resp[blanks] = behind;
    return resp;
}

static void test_blanks(void)
{
    plan.length = plan.needed = 0;
    for (int blanks = 0; blanks <= 1100; blanks++) {
        int capacity = blanks >= 64 ? blanks + 1 : CONFIGURED;
        char *resp = fill((size_t)capacity, (size_t)blanks, '\0');
        int result = MPS_Call((char[]){REQUEST("01")}, resp);
        CHECK(result == 0, "%d blanks: %d", blanks, result);
        CHECK(plan.capacity == capacity, "%d blanks: told %d", blanks, plan.capacity);
        CHECK((int)strnlen(resp, (size_t)capacity) == capacity - 1, "%d blanks", blanks);
        guarded_free(resp, (size_t)capacity);
    }
    for (size_t blanks = 0; blanks < CONFIGURED; blanks++) { /* blanks by chance, no NUL */
        char *resp = fill(CONFIGURED, blanks, 'x');
        CHECK(MPS_Call((char[]){REQUEST("01")}, resp) == 0, "%zu blanks", blanks);
        CHECK(plan.capacity == CONFIGURED, "%zu blanks: told %d", blanks, plan.capacity);
        guarded_free(resp, CONFIGURED);
    }
}

/* Blanks behind the answer stay as they are. */
static void test_blanks_behind(void)
{
    char *resp = fill(1025, 1024, '\0');

    plan.length = 100;
    MPS_Call((char[]){REQUEST("01")}, resp);
    CHECK(strlen(resp) == 100 && strspn(resp + 101, " ") == 923 && resp[1024] == '\0', "%s", resp);
    guarded_free(resp, 1025);
}

/* Counting ends at 1 MiB, NUL or not. */
static void test_endless_blanks(void)
{
    const size_t limit = 1 << 20;
    char *resp = fill(limit, limit, ' ');

    plan.length = 100;
    CHECK(MPS_Call((char[]){REQUEST("01")}, resp) == 0, "%.100s", resp);
    CHECK(plan.capacity == (int)limit, "told %d", plan.capacity);
    guarded_free(resp, limit);
}

static void test_requests(void)
{
    static const int lengths[] = {0, 1, 1800, 1860, 1870, 1900, 2047, 2048, 4096, 65535, 65536};
    char resp[CONFIGURED] = "";

    plan.length = plan.needed = 0;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        size_t size = (size_t)lengths[i] + 1;
        char *req = guarded_new(size);
        memset(req, 'r', size);
        req[size - 1] = '\0';
        CHECK(MPS_Call(req, resp) == 0 && strlen(resp) == CONFIGURED - 1, "%d", lengths[i]);
        CHECK(plan.asked == size - 1, "%d: %zu", lengths[i], plan.asked);
        guarded_free(req, size);
    }
    char *req = guarded_new(65537); /* no NUL at all */
    memset(req, 'r', 65537);
    CHECK(MPS_Call(req, resp) == 0 && strstr(resp, "64KB") != NULL, "%s", resp);
    guarded_free(req, 65537);

    char same[1024] = REQUEST("03"); /* a caller with one buffer for both */
    plan.length = 2000;
    CHECK(MPS_CallEx(same, same, sizeof same) == 2001, "%s", same);
    CHECK(strstr(same, "<funid>N04.00.00.01</funid>") != NULL && strstr(same, "<card_no/>") != NULL,
          "%s", same);
}

static void test_arguments(void)
{
    char resp[] = "untouched";

    CHECK(MPS_Call(NULL, resp) == MPS_NULL_POINTER, "%s", resp);
    CHECK(MPS_Call(resp, NULL) == MPS_NULL_POINTER, "%s", resp);
    CHECK(MPS_Call(NULL, NULL) == MPS_NULL_POINTER, "%s", resp);
    CHECK(MPS_CallEx(NULL, resp, 9) == MPS_NULL_POINTER, "%s", resp);
    CHECK(MPS_CallEx("", NULL, 9) == MPS_NULL_POINTER, "%s", resp);
    CHECK(MPS_CallEx("", resp, 0) == MPS_BAD_CAPACITY, "%s", resp);
    CHECK(MPS_CallEx("", resp, -1) == MPS_BAD_CAPACITY, "%s", resp);
    CHECK(strcmp(resp, "untouched") == 0, "%s", resp);
    CHECK(strcmp(MPS_Version(), MPS_VERSION) == 0, "%s", MPS_Version());
}

int main(void)
{
    struct agent *a = agent_start(1, 0, answer, NULL);
    char port[16];
    char capacity[16];

    user_new();
    snprintf(port, sizeof port, "%d", agent_port(a));
    snprintf(capacity, sizeof capacity, "%d", CONFIGURED);
    setenv("MPS_CLIENT_PORT", port, 1);
    setenv("MPS_CLIENT_CAPACITY", capacity, 1);
    test_arguments();
    test_fitting();
    test_not_fitting();
    test_needed();
    test_blanks();
    test_blanks_behind();
    test_endless_blanks();
    test_requests();
    agent_stop(a);
    user_free();
    return check_end("capacity_test");
}
