/* Whole calls against agents that misbehave in every way we could think of. */
#define _GNU_SOURCE
#include "agent.h"
#include "answer.h"
#include "call.h"
#include "check.h"
#include "clock.h"
#include "mps_client.h"
#include "platform.h"
#include "user.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    TIMEOUT_MS = 300, /* a limit that is to be reached */
    SLOW_MS = 20000,  /* one that is not */
};

#define ANSWER      "<response>\xB2\xD9\xD7\xF7</response>" /* 25 bytes */
#define OK(length)  "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n"
#define BYTES(text) text, sizeof text - 1

/* What the agent does, once it has the request or, when it is deaf, a first byte: send the bytes,
 * in pieces of so many (0: at once), then end in some way. A clock that was stopped runs again when
 * it holds. */
struct script {
    const char *name;
    const char *bytes;
    size_t n;
    size_t piece;
    enum { CLOSE, HOLD, RESET } end;
    struct fault want; /* numbers[] with PORT for the agent's port */
};

#define PORT (-1)

static const struct script good[] = {
    {"at once", BYTES(OK("25") ANSWER), 0, CLOSE, {0}},
    {"byte by byte", BYTES(OK("25") ANSWER), 1, CLOSE, {0}},
    {"in threes", BYTES(OK("25") ANSWER), 3, CLOSE, {0}},
    {"stays open", BYTES(OK("25") ANSWER), 0, HOLD, {0}},
    {"100 Continue first", BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK("25") ANSWER), 1, CLOSE, {0}},
    {"more than announced", BYTES(OK("25") ANSWER "and then some"), 0, CLOSE, {0}},
};

static const struct script bad[] = {
    {"silence", BYTES(""), 0, HOLD, {.message = MESSAGE_ANSWER_TIMEOUT, .numbers = {TIMEOUT_MS}}},
    {"silence in the head",
     BYTES("HTTP/1.1 20"),
     0,
     HOLD,
     {.message = MESSAGE_ANSWER_TIMEOUT, .numbers = {TIMEOUT_MS}}},
    {"silence in the body",
     BYTES(OK("25") "<respon"),
     0,
     HOLD,
     {.message = MESSAGE_ANSWER_TIMEOUT, .numbers = {TIMEOUT_MS}}},
    {"announces more",
     BYTES(OK("26") ANSWER),
     0,
     HOLD,
     {.message = MESSAGE_ANSWER_TIMEOUT, .numbers = {TIMEOUT_MS}}},

    {"closes at once", BYTES(""), 0, CLOSE, {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"closes in the status",
     BYTES("HTTP/1."),
     0,
     CLOSE,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"closes in a header",
     BYTES("HTTP/1.1 200 OK\r\nContent-Le"),
     1,
     CLOSE,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"closes before the body",
     BYTES(OK("25")),
     0,
     CLOSE,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"closes in the body",
     BYTES(OK("25") "<response>\xB2\xD9\xD7"),
     1,
     CLOSE,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"closes after announcing more",
     BYTES(OK("26") ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"resets at once", BYTES(""), 0, RESET, {.message = MESSAGE_CLOSED, .numbers = {PORT}}},
    {"resets in the body",
     BYTES(OK("25") "<res"),
     0,
     RESET,
     {.message = MESSAGE_CLOSED, .numbers = {PORT}}},

    {"garbage",
     BYTES("\0\1\2\xFF\xFE garbage"),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_HTTP, .numbers = {PORT}}},
    {"another protocol",
     BYTES("220 ftp ready\r\n"),
     0,
     HOLD,
     {.message = MESSAGE_NOT_HTTP, .numbers = {PORT}}},
    {"negative length",
     BYTES(OK("-25") ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_HTTP, .numbers = {PORT}}},
    {"two lengths",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: 25\r\nContent-Length: 24\r\n\r\n" ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_HTTP, .numbers = {PORT}}},
    {"chunked",
     BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n" ANSWER "\r\n0\r\n\r\n"),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_HTTP, .numbers = {PORT}}},

    {"no length",
     BYTES("HTTP/1.1 200 OK\r\n\r\n" ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_ANSWER_LENGTH, .numbers = {1048576, PORT}}},
    {"huge length",
     BYTES(OK("99999999999999999999") ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_ANSWER_LENGTH, .numbers = {1048576, PORT}}},
    {"length beyond the buffer",
     BYTES(OK("2048") ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_CAPACITY, .numbers = {2049, 2048}}},

    {"403",
     BYTES("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
     0,
     CLOSE,
     {.message = MESSAGE_HTTP_STATUS, .numbers = {403, PORT}}},
    {"403 of another user's agent",
     BYTES("HTTP/1.1 403 Forbidden\r\nMPS-Refused: secret\r\nContent-Length: 2\r\n\r\nno"),
     0,
     CLOSE,
     {.message = MESSAGE_OTHER_USER, .numbers = {PORT}}},
    {"403 for another reason",
     BYTES("HTTP/1.1 403 Forbidden\r\nMPS-Refused: secrets\r\n\r\n"),
     0,
     CLOSE,
     {.message = MESSAGE_HTTP_STATUS, .numbers = {403, PORT}}},
    {"500 without length",
     BYTES("HTTP/1.1 500\r\n\r\n"),
     0,
     CLOSE,
     {.message = MESSAGE_HTTP_STATUS, .numbers = {500, PORT}}},
    {"204",
     BYTES("HTTP/1.1 204 No Content\r\n\r\n"),
     0,
     CLOSE,
     {.message = MESSAGE_HTTP_STATUS, .numbers = {204, PORT}}},

    {"announces less",
     BYTES(OK("24") ANSWER),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_XML, .numbers = {PORT}}},
    {"empty body", BYTES(OK("0")), 0, CLOSE, {.message = MESSAGE_NOT_XML, .numbers = {PORT}}},
    {"a page",
     BYTES(OK("13") "<html></html>"),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_XML, .numbers = {PORT}}},
    {"NUL in the body",
     BYTES(OK("25") "<response>\0\0\0\0</response>"),
     0,
     CLOSE,
     {.message = MESSAGE_NOT_XML, .numbers = {PORT}}},
};

static const struct script *find(const char *name)
{
    for (size_t i = 0; i < COUNT(bad); i++)
        if (strcmp(bad[i].name, name) == 0)
            return &bad[i];
    abort();
}

static void play(int socket, const struct seen *seen, void *argument)
{
    const struct script *s = *(const struct script **)argument;
    size_t piece = s->piece > 0 ? s->piece : s->n;
    struct linger reset = {1, 0};
    int yes = 1;

    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (seen == NULL)
        agent_wait_for_byte(socket);
    for (size_t i = 0; i < s->n; i += piece)
        agent_send(socket, s->bytes + i, s->n - i < piece ? s->n - i : piece);
    if (s->end == HOLD) {
        clock_run();
        agent_wait_for_close(socket);
    }
    if (s->end == RESET)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

static int ask(int port, int timeout_ms, const char *text, char *resp, int capacity)
{
    struct config c = config_default();
    struct request r;

    c.port = port;
    c.timeout_ms = timeout_ms;
    c.autostart = 0;
    request_look(&r, text, "", 0);
    return call_agent(&c, &r, resp, capacity);
}

/* ask_in_vain calls an agent that holds. No time passes before it does: what times out is the
 * answer, never the connecting, however busy the machine is. */
static int ask_in_vain(int port, const char *text, char *resp, int capacity)
{
    clock_stop();
    return ask(port, TIMEOUT_MS, text, resp, capacity);
}

/* expect checks that resp is exactly the error answer for the fault. */
static void expect(const char *name, struct fault want, int port, const char *text,
                   const char *resp)
{
    struct request r;
    char answer[2048];

    for (int i = 0; i < 2; i++)
        if (want.numbers[i] == PORT)
            want.numbers[i] = port;
    request_look(&r, text, "", 0);
    answer_fault(&r, want, answer, sizeof answer);
    char *have = utf8(resp);
    CHECK(strcmp(resp, answer) == 0, "%s: %s", name, have);
    free(have);
}

static void test_good(void)
{
    const struct script *script;
    struct agent *a = agent_start(1, 0, play, &script);

    for (size_t i = 0; i < COUNT(good); i++) {
        char resp[2048];
        memset(resp, 'x', sizeof resp);
        script = &good[i];
        int needed = ask(agent_port(a), SLOW_MS, REQUEST("03"), resp, sizeof resp);
        CHECK(needed == 0, "%s: %d", good[i].name, needed);
        CHECK(strcmp(resp, ANSWER) == 0, "%s: %s", good[i].name, resp);
        CHECK(resp[26] == 'x', "%s: a byte behind the NUL", good[i].name);
    }
    agent_stop(a);
}

static void test_bad(void)
{
    const struct script *script;
    struct agent *a = agent_start(1, 0, play, &script);

    for (size_t i = 0; i < COUNT(bad); i++) {
        char resp[2048];
        int capacity_fault = bad[i].want.message == MESSAGE_CAPACITY;
        memset(resp, 'x', sizeof resp);
        script = &bad[i];
        int port = agent_port(a);
        int needed = bad[i].want.message == MESSAGE_ANSWER_TIMEOUT
                         ? ask_in_vain(port, REQUEST("01"), resp, sizeof resp)
                         : ask(port, SLOW_MS, REQUEST("01"), resp, sizeof resp);
        CHECK(needed == (capacity_fault ? 2049 : 0), "%s: %d", bad[i].name, needed);
        expect(bad[i].name, bad[i].want, port, REQUEST("01"), resp);
    }
    agent_stop(a);
}

/* What came of a broken answer is wiped: it may be half of a patient. */
static void test_wiped(void)
{
    static char half[1500] = "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n";
    struct script cut = {"", half, sizeof half, 0, CLOSE, {0}};
    const struct script *script = &cut;
    char resp[2048];

    memset(half + strlen(half), 'p', sizeof half - strlen(half));
    memset(resp, ' ', sizeof resp);
    struct agent *a = agent_start(1, 0, play, &script);
    ask(agent_port(a), SLOW_MS, REQUEST("03"), resp, sizeof resp);
    expect("wiped", fault_of(MESSAGE_CLOSED, PORT, 0), agent_port(a), REQUEST("03"), resp);
    CHECK(strchr(resp, '\0') != NULL && memmem(resp, sizeof resp, "ppp", 3) == NULL, "%s", resp);
    agent_stop(a);
}

/* A head without end is cut off at its limit, whatever else may come. */
static void endless(int socket, const struct seen *seen, void *argument)
{
    static const char line[] = "X-More: more of the same, more of the same, more of the same\r\n";

    (void)seen;
    (void)argument;
    agent_send(socket, "HTTP/1.1 200 OK\r\n", 17);
    for (int i = 0; i < 1000; i++)
        agent_send(socket, line, sizeof line - 1);
}

static void test_huge_head(void)
{
    struct agent *a = agent_start(1, 0, endless, NULL);
    char resp[2048];

    ask(agent_port(a), SLOW_MS, REQUEST("03"), resp, sizeof resp);
    expect("huge head", fault_of(MESSAGE_NOT_HTTP, PORT, 0), agent_port(a), REQUEST("03"), resp);
    agent_stop(a);
}

/* An agent that reads nothing: a long request meets a closed socket (SIGPIPE would end us) or one
 * that stays silent. */
static void test_deaf(void)
{
    static const struct script closes = {"", BYTES(""), 0, RESET, {0}};
    static const struct script silent = {"", BYTES(""), 0, HOLD, {0}};
    const struct script *script = &closes;
    struct agent *a = agent_start(1, 1, play, &script);
    char resp[2048];
    char *text = calloc(1, MPS_REQUEST_MAX + 2);

    if (text == NULL)
        abort();
    memset(text, 'a', MPS_REQUEST_MAX);
    for (int i = 0; i < 20; i++) {
        ask(agent_port(a), SLOW_MS, text, resp, sizeof resp);
        expect("deaf, closes", fault_of(MESSAGE_CLOSED, PORT, 0), agent_port(a), text, resp);
    }
    script = &silent;
    ask_in_vain(agent_port(a), text, resp, sizeof resp);
    expect("deaf, silent", fault_of(MESSAGE_ANSWER_TIMEOUT, TIMEOUT_MS, 0), agent_port(a), text,
           resp);

    text[MPS_REQUEST_MAX] = 'a';
    ask(agent_port(a), SLOW_MS, text, resp, sizeof resp);
    expect("too long", fault_of(MESSAGE_REQUEST_LENGTH, 0, 0), agent_port(a), text, resp);
    free(text);
    agent_stop(a);
}

/* Sending where the other side is known to be gone must not raise SIGPIPE. */
static void test_broken_pipe(void)
{
    const struct script *script = find("resets at once");
    struct agent *a = agent_start(1, 1, play, &script);
    struct deadline d = {platform_milliseconds(), SLOW_MS};
    struct connection c;
    size_t got;
    char byte = 'x';

    CHECK(connection_open(&c, agent_port(a), d) == CONNECTION_OK, "%d", c.code);
    CHECK(connection_send(&c, &byte, 1, d) == CONNECTION_OK, "%d", c.code);
    CHECK(connection_receive(&c, &byte, 1, &got, d) == CONNECTION_CLOSED, "%d", c.code);
    for (int i = 0; i < 3; i++)
        CHECK(connection_send(&c, &byte, 1, d) == CONNECTION_CLOSED, "%d: %d", i, c.code);
    connection_close(&c);
    agent_stop(a);
}

static void test_refused(void)
{
    char resp[2048];
    int port = agent_unused_port();

    ask(port, SLOW_MS, REQUEST("03"), resp, sizeof resp);
    expect("refused", fault_of(MESSAGE_REFUSED, PORT, 0), port, REQUEST("03"), resp);
}

/* A listener whose queue is full answers no connection at all. */
static void test_connect_timeout(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int queued[8];
    char resp[2048];
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(listener, (struct sockaddr *)&at, sizeof at) == 0, "bind: %d", errno);
    CHECK(listen(listener, 0) == 0, "listen: %d", errno);
    getsockname(listener, (struct sockaddr *)&at, &size);
    for (size_t i = 0; i < COUNT(queued); i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        CHECK(connect(queued[i], (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS,
              "connect: %d", errno);
    }
    ask(ntohs(at.sin_port), TIMEOUT_MS, REQUEST("03"), resp, sizeof resp);
    expect("connect timeout", fault_of(MESSAGE_CONNECT_TIMEOUT, PORT, TIMEOUT_MS),
           ntohs(at.sin_port), REQUEST("03"), resp);
    for (size_t i = 0; i < COUNT(queued); i++)
        close(queued[i]);
    close(listener);
}

/* A host that has used up its file descriptors. */
static void test_no_socket(void)
{
    struct rlimit old;
    char resp[2048];

    getrlimit(RLIMIT_NOFILE, &old);
    struct rlimit none = {0, old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    ask(7936, SLOW_MS, REQUEST("03"), resp, sizeof resp);
    setrlimit(RLIMIT_NOFILE, &old);
    expect("no socket", fault_of(MESSAGE_NO_NETWORK, EMFILE, 0), 0, REQUEST("03"), resp);
}

/* A host with more files open than an fd_set has room for. */
static void test_many_files(void)
{
    enum { FILES = 1100 };
    static const struct script *script = &good[0];
    static int files[FILES];
    struct rlimit limit;
    char resp[2048];

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    struct agent *a = agent_start(1, 0, play, &script);
    for (int i = 0; i < FILES; i++) {
        files[i] = open("/dev/null", O_RDONLY);
        CHECK(files[i] >= 0, "file %d: %d", i, errno);
    }
    CHECK(ask(agent_port(a), SLOW_MS, REQUEST("03"), resp, sizeof resp) == 0, "%s", resp);
    CHECK(strcmp(resp, ANSWER) == 0, "%s", resp);
    for (int i = 0; i < FILES; i++)
        close(files[i]);
    agent_stop(a);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* A host whose timers interrupt every system call. */
static void test_signals(void)
{
    const struct script *script = find("silence in the body");
    struct sigaction old;
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    struct itimerval often = {{0, 500}, {0, 500}};
    struct itimerval never = {{0, 0}, {0, 0}};
    sigset_t alarms;
    char resp[2048];

    /* The agent's thread is started with the signal blocked, so that it comes to this one. */
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    struct agent *a = agent_start(1, 0, play, &script);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    sigaction(SIGALRM, &action, &old);
    setitimer(ITIMER_REAL, &often, NULL);
    ask_in_vain(agent_port(a), REQUEST("03"), resp, sizeof resp);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &old, NULL);
    expect("signals", script->want, agent_port(a), REQUEST("03"), resp);
    agent_stop(a);
}

int main(void)
{
    user_new();
    test_good();
    test_bad();
    test_wiped();
    test_huge_head();
    test_deaf();
    test_broken_pipe();
    test_refused();
    test_connect_timeout();
    test_no_socket();
    test_many_files();
    test_signals();
    user_free();
    return check_end("call_test");
}
