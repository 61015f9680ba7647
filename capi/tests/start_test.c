/*
 * start_test LIBRARY STANDIN DIR: the library starts the agent that lies beside it. DIR is a
 * folder for copies of it and of the stand-in for mps.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "check.h"
#include "user.h"
#include <dirent.h>
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
    char line[9000];
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

/* await_started waits for the line of a stand-in that never comes up. */
static void await_started(void)
{
    struct stat log;

    while (stat("started.log", &log) != 0 || log.st_size == 0)
        usleep(10000);
}

/* await_free waits until no agent has the lock any more: as long as an agent is on its way up. */
static void await_free(void)
{
    int file = open(user_lock(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    CHECK(flock(file, LOCK_EX) == 0, "%s", user_lock());
    close(file);
}

/* stop ends the stand-in and waits until it is gone. */
static void stop(void)
{
    close(open("stop", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    while (access("stop", F_OK) == 0)
        usleep(10000);
    await_free();
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
    snprintf(want, sizeof want,
             "args=3 agent --started-by-library files=0 lock=1 null=1 leader=0 signals=0 in %s as "
             "%s/mps\n",
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
    expect("a folder", path, "动态库旁边没有 mps 程序");
    rmdir("mps");
    close(open("mps", O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
    expect("an empty file", path, "系统错误码8）"); /* ENOEXEC */
    unlink("mps");
    rename("mps.away", "mps");
    chmod("mps", 0600);
    expect("no program to run", path, "自动启动失败");
    chmod("mps", 0700);
    CHECK(started(line, sizeof line) == 0, "%s", line);
}

/* An agent that ends is known to have ended: had the library waited for it, the answer would be
 * that it does not come up. */
static void test_ending(const char *path)
{
    static const struct {
        const char *how;
        const char *want;
    } cases[] = {
        {"exit", "没有留下原因"},      {"exit", " 退出码7）"},
        {"crash", " 退出码137）"}, /* SIGKILL is 9 */
        {"reason", "原因是：第2行。"}, {"reason", " 退出码1）"},
        {"exit", "没有留下原因"}, /* the reason that is there now is another's */
    };
    char line[512];

    set_port(agent_unused_port());
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv("MPS_STANDIN", cases[i].how, 1);
        expect(cases[i].how, path, cases[i].want);
        CHECK(started(line, sizeof line) == 1, "%s", line);
        CHECK(waitpid(-1, NULL, WNOHANG) < 0, "%s: the host has a child", cases[i].how);
    }
    signal(SIGCHLD, SIG_IGN);
    expect("SIGCHLD ignored", path, " 退出码7）");
    CHECK(started(line, sizeof line) == 1, "%s", line);
    signal(SIGCHLD, SIG_DFL);

    /* One that only met another: that is waited for. */
    unsetenv("MPS_CLIENT_PORT");
    setenv("MPS_STANDIN", "running", 1);
    expect("running", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);
    unsetenv("MPS_STANDIN");
    stop();
}

/* own_processes counts the processes that run this test, of which the watcher is one. */
static int own_processes(void)
{
    DIR *all = opendir("/proc");
    struct dirent *entry;
    struct stat mine, its;
    char exe[300];
    int n = 0;

    CHECK(all != NULL && stat("/proc/self/exe", &mine) == 0, "/proc");
    while ((entry = readdir(all)) != NULL) {
        snprintf(exe, sizeof exe, "/proc/%s/exe", entry->d_name);
        n += atoi(entry->d_name) > 0 && stat(exe, &its) == 0 && its.st_ino == mine.st_ino &&
             its.st_dev == mine.st_dev;
    }
    closedir(all);
    return n;
}

/* An agent that hangs is not joined by another, neither by the next call nor when its starter has
 * died; when it is gone another is started. */
static void test_hang(const char *path)
{
    char line[512];
    pid_t host;

    setenv("MPS_STANDIN", "hang", 1);
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    set_port(agent_unused_port());
    expect("hangs", path, "没有及时就绪");
    await_started();
    CHECK(waitpid(-1, NULL, WNOHANG) < 0, "the host has a child");
    while (own_processes() > 1) /* the watcher notices that nobody asks any more */
        usleep(10000);
    expect("hangs still", path, "没有及时就绪");
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();

    setenv("MPS_CLIENT_TIMEOUT_MS", "60000", 1);
    fflush(NULL);
    host = fork();
    if (host == 0) {
        expect("starter", path, ANSWER);
        exit(0);
    }
    await_started();
    CHECK(kill(host, SIGKILL) == 0 && waitpid(host, NULL, 0) == host, "the starter");
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    expect("the starter is dead", path, "没有及时就绪");
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    unsetenv("MPS_STANDIN");
    unsetenv("MPS_CLIENT_PORT");
    expect("the next", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();
}

/* A folder whose path is longer than 1024 bytes. */
static void test_deep(void)
{
    enum { DEPTH = 6, NAME = 200 };
    char name[NAME + 1];
    char path[5000];
    char line[512];
    char *home = strdup(folder);

    memset(name, 'd', NAME);
    name[NAME] = '\0';
    for (int i = 0; i < DEPTH; i++)
        CHECK(mkdir(name, 0700) == 0 && chdir(name) == 0, "%d", i);
    CHECK(getcwd(folder, sizeof folder) != NULL, "getcwd");
    copy_file(library, "libmps_client.so");
    copy_file(standin, "mps");
    snprintf(path, sizeof path, "%s/libmps_client.so", folder);
    expect("deep", path, ANSWER);
    CHECK(started(line, sizeof line) == 1, "%s", line);
    stop();
    CHECK(unlink("mps") == 0 && unlink("libmps_client.so") == 0, "cleaning");
    for (int i = 0; i < DEPTH; i++)
        CHECK(chdir("..") == 0 && rmdir(name) == 0, "%d", i);
    strcpy(folder, home);
    free(home);
}

/* While another program is at it, there is nothing to do but wait for what comes of it. */
static void test_lock(const char *path)
{
    char line[512];

    set_port(agent_unused_port());
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    int file = open(user_lock(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(flock(file, LOCK_EX) == 0, "%s", user_lock());
    expect("locked", path, "没有及时就绪");
    CHECK(started(line, sizeof line) == 0, "%s", line);
    close(file);
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    unsetenv("MPS_CLIENT_PORT");

    /* No folder for address and lock: an agent can be started, but not found. */
    char *old = strdup(getenv("XDG_RUNTIME_DIR"));
    setenv("XDG_RUNTIME_DIR", "/proc/nonexistent", 1);
    setenv("MPS_STANDIN", "exit", 1);
    set_port(agent_unused_port());
    expect("no folder", path, "没有留下原因");
    CHECK(started(line, sizeof line) == 1, "%s", line);
    unsetenv("MPS_STANDIN");
    unsetenv("MPS_CLIENT_PORT");
    setenv("XDG_RUNTIME_DIR", old, 1);
    free(old);
}

static pthread_barrier_t together;

static const char *wanted = ANSWER;

static void *work(void *path)
{
    pthread_barrier_wait(&together);
    expect("at the same moment", path, wanted);
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

/* call_at_once has host programs call in the same moment. */
static void call_at_once(char *path)
{
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
}

static void test_at_once(char *path)
{
    char line[512];

    call_at_once(path);
    int n = started(line, sizeof line);
    CHECK(n == 1, "%d agents: %s", n, line);
    stop();
}

static void test_hang_at_once(char *path)
{
    char line[512];

    setenv("MPS_STANDIN", "hang", 1);
    setenv("MPS_CLIENT_TIMEOUT_MS", GIVE_UP_MS, 1);
    wanted = "没有及时就绪";
    call_at_once(path);
    int n = started(line, sizeof line);
    CHECK(n == 1, "%d agents: %s", n, line);
    unsetenv("MPS_STANDIN");
    unsetenv("MPS_CLIENT_TIMEOUT_MS");
    wanted = ANSWER;
    user_forget();
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
    test_ending(path);
    test_hang(path);
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
    test_hang_at_once(path);
    unsetenv("MPS_CLIENT_PORT");
    user_write("port = %d\n", agent_unused_port());
    test_deep();

    CHECK(unlink("mps") == 0 && unlink("libmps_client.so") == 0 && chdir("..") == 0 &&
              rmdir(folder) == 0,
          "cleaning %s", folder);
    user_free();
    free(base);
    free(standin);
    free(library);
    return check_end("start_test");
}
