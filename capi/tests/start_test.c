/*
 * start_test LIBRARY STANDIN DIR: the library starts the agent that lies beside it. DIR is a
 * folder for copies of it and of the stand-in for mps.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "check.h"
#include "user.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 2, THREADS = 4 };

/* A limit that is to be reached while the library waits for an agent, not before: a busy machine
 * may take its time to refuse the connection. */
#define GIVE_UP_MS "2000"

#define ANSWER "<response>started</response>"

static char *library; /* sources of the copies, absolute */
static char *standin;
static char folder[4096];

static void copy_file(const char *from, const char *to)
{
    static char data[1 << 20];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    ssize_t n = read(in, data, sizeof data);

    CHECK(n > 0 && n < (ssize_t)sizeof data && write(out, data, (size_t)n) == n, "%s: %zd", from,
          n);
    close(in);
    close(out);
}

/* expect loads the copy of the library, calls it once, and looks for want in the answer. */
static void expect(const char *name, const char *path, const char *want)
{
    int (*function)(char *, char *);
    char req[] = REQUEST("03");
    char resp[2048] = "";
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    *(void **)&function = dlsym(handle, "MPS_Call");
    CHECK(function(req, resp) == 0, "%s", name);
    char *text = utf8(resp);
    CHECK(strstr(resp, want) != NULL, "%s: %s", name, text); /* both are GBK */
    free(text);
    dlclose(handle);
}

/* started returns the lines of started.log, and removes it. */
static int started(char *last, size_t size)
{
    FILE *log = fopen("started.log", "rb");
    char line[512];
    int n = 0;

    last[0] = '\0';
    if (log == NULL)
        return 0;
    for (; fgets(line, sizeof line, log) != NULL; n++)
        snprintf(last, size, "%s", line);
    fclose(log);
    unlink("started.log");
    return n;
}

/* mute_started waits for the line of a mute stand-in, for which the library does not wait, and
 * returns what started does. */
static int mute_started(char *last, size_t size)
{
    struct stat log;

    while (stat("started.log", &log) != 0 || log.st_size == 0)
        usleep(10000);
    return started(last, size);
}

/* stop ends the stand-in and waits until it is gone. */
static void stop(void)
{
    close(open("stop", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    while (access("stop", F_OK) == 0)
        usleep(10000);
    CHECK(access(user_file(), F_OK) != 0, "%s is still there", user_file());
}

static void set_port(int port)
{
    char value[16];

    snprintf(value, sizeof value, "%d", port);
    setenv("MPS_CLIENT_PORT", value, 1);
}

static void nothing(int number)
{
    (void)number;
}

/* The agent is started in the library's folder, free of all that the host has. */
static void test_start(const char *path)
{
    char line[512];
    char want[9000];
    struct sigaction action = {.sa_handler = nothing};
    sigset_t usr1;
    int file = open("/dev/null", O_RDONLY); /* a host may leave such a file to its children */

    sigaction(SIGUSR2, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    expect(path, path, ANSWER);
    expect("is there now", path, ANSWER);
    int n = started(line, sizeof line);
    snprintf(want, sizeof want, "args=2 agent files=0 null=1 leader=0 signals=0 in %s as %s/mps\n",
             folder, folder);
    CHECK(n == 1 && strcmp(line, want) == 0, "%d: %s, not %s", n, line, want);
    sigset_t now;
    sigprocmask(SIG_UNBLOCK, &usr1, &now);
    CHECK(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGUSR2) == 0, "the host's mask");
    CHECK(waitpid(-1, NULL, WNOHANG) < 0, "the host has a child");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    close(file);
    stop();
}

/* A host that lets the system take its children away. */
static void test_ignored_children(const char *path)
{
    char line[512];

    signal(SIGCHLD, SIG_IGN);
    expect("SIGCHLD ignored", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);
    signal(SIGCHLD, SIG_DFL);
    stop();
}

/* What an agent that was killed left behind does not keep a new one from being started. */
static void test_stale_address(const char *path)
{
    char line[512];

    user_write("port = %d\nsecret = " SECRET "\n", agent_unused_port());
    unsetenv("MPS_CLIENT_PORT");
    expect("stale address", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();
}

/* Another user's agent. */
static void refuse(int socket, const struct seen *seen, void *argument)
{
    static const char refusal[] =
        "HTTP/1.1 403 Forbidden\r\nMPS-Refused: secret\r\nContent-Length: 0\r\n\r\n";

    (void)seen;
    (void)argument;
    agent_send(socket, refusal, sizeof refusal - 1);
}

static void test_other_user(const char *path)
{
    struct agent *other = agent_start(1, 0, refuse, NULL);
    char line[512];

    /* It took the port that ours had before it died. */
    user_write("port = %d\nsecret = " SECRET "\n", agent_port(other));
    unsetenv("MPS_CLIENT_PORT");
    expect("port taken over", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);

    /* A port that is configured is called, whatever the address says. */
    set_port(agent_port(other));
    expect("configured, ours is elsewhere", path, "本机另一用户");
    CHECK(started(line, sizeof line) == 0, "%s", line);
    stop();
    expect("configured, ours was started", path, "本机另一用户");
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();
    rename("mps", "mps.away");
    expect("nothing to start", path, "本机另一用户");
    rename("mps.away", "mps");
    agent_stop(other);
}

static void test_failures(const char *path)
{
    char line[512];
    char ini[32];

    set_port(agent_unused_port());
    setenv("MPS_CLIENT_AUTOSTART", "0", 1);
    expect("switched off", path, "读卡服务未启动：");
    unsetenv("MPS_CLIENT_AUTOSTART");
    snprintf(ini, sizeof ini, "%s", "autostart = 0\n");
    FILE *file = fopen("mps_client.ini", "wb");
    if (file == NULL)
        abort();
    fputs(ini, file);
    fclose(file);
    expect("switched off in the file", path, "读卡服务未启动：");
    unlink("mps_client.ini");

    rename("mps", "mps.away");
    expect("no program", path, "动态库旁边没有 mps 程序");
    CHECK(mkdir("mps", 0700) == 0, "mkdir");
    rmdir("mps");
    rename("mps.away", "mps");
    chmod("mps", 0600);
    expect("no program to run", path, "自动启动失败");
    chmod("mps", 0700);
    CHECK(started(line, sizeof line) == 0, "%s", line);

    /* Within the time of the call, then, for a while within five seconds. */
    setenv("MPS_STANDIN", "mute", 1);
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    expect("does not come up", path, "没有及时就绪");
    CHECK(mute_started(line, sizeof line) == 1, "%s", line);
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    unsetenv("MPS_STANDIN");
}

/* While another program is at it, there is nothing to do but wait for what comes of it. */
static void test_lock(const char *path)
{
    char lock[256];
    char line[512];

    set_port(agent_unused_port());
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    snprintf(lock, sizeof lock, "%s/mps/agent.lock", getenv("XDG_RUNTIME_DIR"));
    int file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(flock(file, LOCK_EX) == 0, "%s", lock);
    expect("locked", path, "没有及时就绪");
    CHECK(started(line, sizeof line) == 0, "%s", line);
    close(file);
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    unsetenv("MPS_CLIENT_PORT");

    /* No folder for address and lock: an agent can be started, but not found. */
    char *old = strdup(getenv("XDG_RUNTIME_DIR"));
    setenv("XDG_RUNTIME_DIR", "/proc/nonexistent", 1);
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    setenv("MPS_STANDIN", "mute", 1);
    set_port(agent_unused_port());
    expect("no folder", path, "没有及时就绪");
    CHECK(mute_started(line, sizeof line) == 1, "%s", line);
    unsetenv("MPS_STANDIN");
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    unsetenv("MPS_CLIENT_PORT");
    setenv("XDG_RUNTIME_DIR", old, 1);
    free(old);
}

static pthread_barrier_t together;

static void *work(void *path)
{
    pthread_barrier_wait(&together);
    expect("at the same moment", path, ANSWER);
    return NULL;
}

/* A host program: waits for the word, then calls from several threads at once. */
static void host(char *path, int word)
{
    pthread_t threads[THREADS];
    pthread_attr_t small;
    char byte;

    pthread_attr_init(&small);
    CHECK(pthread_attr_setstacksize(&small, 65536) == 0, "a stack of 64 KB");
    pthread_barrier_init(&together, NULL, THREADS);
    CHECK(read(word, &byte, 1) == 0, "the word");
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], &small, work, path) != 0)
            abort();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    exit(check_failures() > 0);
}

static void test_at_once(char *path)
{
    char line[512];
    pid_t hosts[PROCESSES];
    int word[2];

    unsetenv("MPS_CLIENT_PORT");
    user_write("port = %d\nsecret = " SECRET "\n", agent_unused_port()); /* not the default */
    CHECK(pipe2(word, O_CLOEXEC) == 0, "pipe");
    fflush(NULL);
    for (int i = 0; i < PROCESSES; i++) {
        hosts[i] = fork();
        if (hosts[i] == 0) {
            close(word[1]);
            host(path, word[0]);
        }
    }
    close(word[0]);
    close(word[1]); /* the word */
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        CHECK(waitpid(hosts[i], &status, 0) == hosts[i] && status == 0, "host %d: %d", i, status);
    }
    int n = started(line, sizeof line);
    CHECK(n == 1, "%d agents: %s", n, line);
    stop();
}

int main(int argc, char **argv)
{
    char path[5000];

    if (argc != 4) {
        fprintf(stderr, "usage: start_test LIBRARY STANDIN DIR\n");
        return 2;
    }
    library = realpath(argv[1], NULL);
    standin = realpath(argv[2], NULL);
    char *base = realpath(argv[3], NULL);
    if (library == NULL || standin == NULL || base == NULL) {
        perror("start_test");
        return 2;
    }
    user_new();
    unsetenv("MPS_CLIENT_AUTOSTART");
    snprintf(folder, sizeof folder, "%s/start test.XXXXXX", base);
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        perror(folder);
        return 2;
    }
    copy_file(library, "libmps_client.so");
    copy_file(standin, "mps");
    snprintf(path, sizeof path, "%s/libmps_client.so", folder);

    test_failures(path);
    test_lock(path);
    test_stale_address(path);
    user_write("port = %d\n", agent_unused_port());
    test_start(path);
    user_write("port = %d\n", agent_unused_port());
    test_start("./libmps_client.so");
    user_write("port = %d\n", agent_unused_port());
    test_ignored_children(path);
    test_other_user(path);
    for (int i = 0; i < 5; i++)
        test_at_once(path);

    CHECK(unlink("mps") == 0 && unlink("libmps_client.so") == 0 && chdir("..") == 0 &&
              rmdir(folder) == 0,
          "cleaning %s", folder);
    user_free();
    free(base);
    free(standin);
    free(library);
    return check_end("start_test");
}
