#define _GNU_SOURCE
#include "files_posix.h"
#include "platform.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void platform_sleep(int milliseconds)
{
    struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    nanosleep(&span, NULL); /* a signal may cut it short */
}

/* make_folders makes the folders that a path leads through. */
static void make_folders(char *path)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
}

enum { NO_LOCK = -1 };

int platform_try_lock(intptr_t *lock)
{
    char path[PATH_SIZE];

    *lock = NO_LOCK;
    if (files_user("agent.lock", path, sizeof path) != 0)
        return 1;
    make_folders(path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return 1;
    if (flock(file, LOCK_EX | LOCK_NB) == 0) {
        *lock = file;
        return 1;
    }
    int busy = errno == EWOULDBLOCK;
    close(file);
    return !busy;
}

void platform_unlock(intptr_t lock)
{
    if (lock == NO_LOCK)
        return;
    flock((int)lock, LOCK_UN); /* a child between fork and exec has the file open too */
    close((int)lock);
}

/* Below: between fork and exec, where only async-signal-safe calls are allowed. */

static void close_files(int limit)
{
#if defined(SYS_close_range)
    if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0)
        return;
#endif
    for (int file = 3; file < limit; file++)
        close(file);
}

/* forget_signals undoes the host's handlers, and then the mask that kept them quiet. */
static void forget_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

struct program {
    char path[PATH_SIZE];
    char folder[PATH_SIZE];
    int limit; /* of open files */
};

static void run(struct program *p)
{
    char agent[] = "agent";
    char *const arguments[] = {p->path, agent, NULL};
    int null = open("/dev/null", O_RDWR);

    for (int file = 0; file < 3; file++)
        dup2(null, file);
    close_files(p->limit);
    if (chdir(p->folder) != 0)
        _exit(1);
    forget_signals();
    execv(p->path, arguments);
    _exit(1);
}

/* fork_twice leaves the program to init, in a session of its own, and returns an error code. */
static int fork_twice(struct program *p)
{
    int status;
    pid_t child = fork();

    if (child < 0)
        return errno;
    if (child == 0) {
        setsid();
        pid_t grandchild = fork();
        if (grandchild == 0)
            run(p);
        _exit(grandchild < 0 ? errno : 0);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0; /* a host that ignores SIGCHLD, or waits for anything */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

enum spawn_result platform_spawn_agent(int *code)
{
    struct program p;
    struct rlimit files = {0, 0};
    sigset_t all, old;

    *code = 0;
    if (files_beside("mps", p.path, sizeof p.path) != 0)
        return SPAWN_ABSENT;
    strcpy(p.folder, p.path);
    strrchr(p.folder, '/')[1] = '\0';
    if (access(p.path, X_OK) != 0) {
        *code = errno;
        return errno == ENOENT ? SPAWN_ABSENT : SPAWN_FAILED;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    p.limit = files.rlim_cur < 1 << 20 ? (int)files.rlim_cur : 1 << 20;
    /* The host's handlers must not run in the child. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    *code = fork_twice(&p);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return *code == 0 ? SPAWN_OK : SPAWN_FAILED;
}
