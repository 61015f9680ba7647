/*
 * A stand-in for mps: "mps agent", started by the library in a folder of start_test. It writes a
 * line about itself to started.log there, listens, leaves its address, and answers until a file
 * called stop is there. MPS_STANDIN says how else to behave:
 *
 *   hang     never comes up, until there is a file called stop
 *   exit     ends with status 7
 *   reason   ends with status 1 and leaves a reason
 *   crash    is ended by a signal
 *   running  ends as one does that meets another, which leaves its address a little later
 */
#define _GNU_SOURCE
#include "agent.h"
#include "user.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER  "<response>started</response>"
#define REFUSAL "HTTP/1.1 403 Forbidden\r\nMPS-Refused: secret\r\nContent-Length: 0\r\n\r\n"

static char secret[33];

static void answer(int socket, const struct seen *seen, void *argument)
{
    (void)argument;
    if (strcmp(seen->secret, secret) == 0)
        agent_reply(socket, ANSWER, sizeof ANSWER - 1, 0);
    else
        agent_send(socket, REFUSAL, sizeof REFUSAL - 1);
}

enum { LOCK_FILE = 3 };

/* open_files counts what is open beside standard input, output, error and the lock. */
static int open_files(void)
{
    int n = 0;
    DIR *files = opendir("/proc/self/fd");
    struct dirent *file;

    while ((file = readdir(files)) != NULL)
        n += atoi(file->d_name) > LOCK_FILE && atoi(file->d_name) != dirfd(files);
    closedir(files);
    return n;
}

static int is_null(int file)
{
    struct stat null, mine;

    return stat("/dev/null", &null) == 0 && fstat(file, &mine) == 0 && null.st_rdev == mine.st_rdev;
}

/* has_lock tells whether the lock is open, and locked. */
static int has_lock(void)
{
    char path[256];
    struct stat named, mine;

    snprintf(path, sizeof path, "%s/mps/agent.lock", getenv("XDG_RUNTIME_DIR"));
    int file = open(path, O_RDWR | O_CLOEXEC);
    int locked = file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0;
    close(file);
    return locked && stat(path, &named) == 0 && fstat(LOCK_FILE, &mine) == 0 &&
           named.st_ino == mine.st_ino;
}

static int quiet_signals(void)
{
    struct sigaction action;
    sigset_t mask;
    int n = 0;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int number = 1; number < NSIG; number++) {
        n += sigismember(&mask, number) == 1;
        n += sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
    }
    return n;
}

/* report adds a line to started.log, in one write. */
static void report(int argc, char **argv)
{
    char line[9000];
    char folder[4096] = "";
    int log = open("started.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int leader = getsid(0) != getpid();

    if (log < 0 || getcwd(folder, sizeof folder) == NULL)
        exit(1);
    close(log);
    int n =
        snprintf(line, sizeof line,
                 "args=%d %s %s files=%d lock=%d null=%d leader=%d signals=%d in %s as %s\n", argc,
                 argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "", open_files(), has_lock(),
                 is_null(0) && is_null(1) && is_null(2), !leader, quiet_signals(), folder, argv[0]);
    log = open("started.log", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (write(log, line, (size_t)n) != n)
        exit(1);
    close(log);
}

static int is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

static void await_stop(void)
{
    while (!is_there("stop"))
        usleep(10000);
    unlink("stop");
}

static void leave_reason(const char *folder)
{
    char path[256];

    snprintf(path, sizeof path, "%s/mps/agent.reason", folder);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        exit(2);
    fprintf(file, "pid = %d\ngbk = b5da32d0d0\nutf16 = 2c7b3200884c\n", (int)getpid());
    fclose(file);
}

/* misbehave does what MPS_STANDIN says, if anything. */
static void misbehave(const char *folder, const char *how)
{
    if (strcmp(how, "hang") == 0) {
        await_stop();
        exit(0);
    }
    if (strcmp(how, "exit") == 0)
        exit(7);
    if (strcmp(how, "reason") == 0) {
        leave_reason(folder);
        exit(1);
    }
    if (strcmp(how, "crash") == 0)
        raise(SIGKILL); /* which leaves no core */
    if (strcmp(how, "running") == 0) {
        int ends[2];
        char byte;
        if (pipe2(ends, O_CLOEXEC) != 0)
            exit(2);
        if (fork() != 0) {
            close(ends[1]);
            exit(read(ends[0], &byte, 1) == 0 ? 3 : 2); /* when the other has gone on */
        }
        close(ends[0]);
        close(ends[1]);
        usleep(200000);
    }
}

int main(int argc, char **argv)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    const char *how = getenv("MPS_STANDIN");
    char from[256];
    char to[256];

    alarm(600); /* whatever happens to the test */
    report(argc, argv);
    if (how != NULL)
        misbehave(folder, how);
    snprintf(secret, sizeof secret, "%032x", (unsigned)getpid());
    struct agent *a = agent_start(4, 0, answer, NULL);
    snprintf(from, sizeof from, "%s/mps/agent.new", folder);
    snprintf(to, sizeof to, "%s/mps/agent.ini", folder);
    FILE *file = fopen(from, "wb");
    if (file == NULL)
        return 1;
    fprintf(file, "port = %d\nsecret = %s\n", agent_port(a), secret);
    fclose(file);
    rename(from, to);
    flock(LOCK_FILE, LOCK_UN);
    while (!is_there("stop"))
        usleep(10000);
    agent_stop(a);
    unlink(to);
    unlink("stop");
    return 0;
}
