#define _GNU_SOURCE
#include "files_posix.h"
#include "platform.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

/* The lock is that of an open file, which an agent that was started has open, too: closing this
 * one leaves it locked for the agent, or frees it when there is none. */
void platform_unlock(intptr_t lock)
{
    if (lock != NO_LOCK)
        close((int)lock);
}

/*
 * Who starts the agent must not be its parent: a host that waits for any child would meet it, one
 * that waits for none would keep its remains. So a child of the host's, which ends at once, leaves
 * a watcher behind, which starts the agent, tells the host through a pipe what becomes of it, and
 * ends as soon as the host no longer asks.
 */

struct program {
    char path[PATH_SIZE];
    char folder[PATH_SIZE];
    int limit;  /* of open files */
    int lock;   /* or NO_LOCK */
    int report; /* the end of the pipe for the watcher */
};

/* What the watcher tells, at most once, in one write. */
struct report {
    enum process_state state;
    struct ending ending;
};

/* Below: between fork and exec, where only async-signal-safe calls are allowed. */

enum {
    LOCK_FILE = 3, /* rendezvous/inherit_unix.go counts on it */
    REPORT_FILE,
    FIRST_TO_CLOSE,
    WATCH_MS = 10000, /* longer than any host asks: one that forked may keep the pipe open */
    WATCH_STEP_MS = 10,
};

static void close_files(int limit)
{
#if defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)FIRST_TO_CLOSE, ~0U, 0U) == 0)
        return;
#endif
    for (int file = FIRST_TO_CLOSE; file < limit; file++)
        close(file);
}

/* move_up returns the file as one that no dup2 below overwrites. The host may have closed its
 * standard files. */
static int move_up(int file)
{
    while (file >= 0 && file < FIRST_TO_CLOSE)
        file = dup(file);
    return file;
}

/* keep_files leaves nothing open but the null device, the lock and the pipe. */
static int keep_files(const struct program *p)
{
    int lock = move_up(p->lock);
    int report = move_up(p->report);
    int null = move_up(open("/dev/null", O_RDWR | O_CLOEXEC));

    if (report < 0 || null < 0)
        return 0;
    for (int file = 0; file < 3; file++)
        dup2(null, file);
    dup2(lock < 0 ? null : lock, LOCK_FILE);
    dup3(report, REPORT_FILE, O_CLOEXEC);
    close_files(p->limit);
    return 1;
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

static void tell(int file, enum process_state state, int code, pid_t id)
{
    struct report r = {state, {code, (uint32_t)id}};
    ssize_t n = write(file, &r, sizeof r);

    (void)n; /* a host that no longer asks */
}

static void run(struct program *p)
{
    char agent[] = "agent";
    char how[] = "--started-by-library";
    char *const arguments[] = {p->path, agent, how, NULL};

    if (chdir(p->folder) == 0) {
        forget_signals();
        execv(p->path, arguments);
    }
    tell(REPORT_FILE, PROCESS_FAILED, errno, 0);
    _exit(1);
}

/* watch waits for the agent's end as long as the host asks for it. */
static void watch(pid_t agent)
{
    struct pollfd host = {.fd = REPORT_FILE}; /* an event when the other end is closed */
    int status;

    for (int i = 0; i < WATCH_MS / WATCH_STEP_MS && poll(&host, 1, WATCH_STEP_MS) == 0; i++) {
        if (waitpid(agent, &status, WNOHANG) != agent)
            continue;
        tell(REPORT_FILE, PROCESS_ENDED,
             WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), agent);
        return;
    }
}

/* start_and_watch is what the watcher does. The host's handlers stay blocked. */
static void start_and_watch(struct program *p)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    if (!keep_files(p)) {
        tell(p->report, PROCESS_FAILED, errno, 0);
        return;
    }
    sigaction(SIGCHLD, &action, NULL); /* where it is ignored nobody learns how a child ended */
    pid_t agent = fork();
    if (agent == 0)
        run(p);
    if (agent < 0)
        tell(REPORT_FILE, PROCESS_FAILED, errno, 0);
    close(LOCK_FILE);
    if (agent > 0)
        watch(agent);
}

/* leave_watcher leaves the watcher to init, in a session of its own, and returns an error code. */
static int leave_watcher(struct program *p)
{
    int status;
    pid_t child = fork();

    if (child < 0)
        return errno;
    if (child == 0) {
        setsid();
        pid_t watcher = fork();
        if (watcher == 0)
            start_and_watch(p);
        _exit(watcher < 0 ? errno : 0);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0; /* a host that ignores SIGCHLD, or waits for anything */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* From here on in the host. */

/* find_program settles what to start. */
static enum spawn_result find_program(struct program *p, int *code)
{
    switch (files_beside("mps", p->path, sizeof p->path)) {
    case 0:
        break;
    case FILE_TOO_DEEP:
        return SPAWN_TOO_DEEP;
    default:
        return SPAWN_ABSENT;
    }
    strcpy(p->folder, p->path);
    strrchr(p->folder, '/')[1] = '\0';
    int folder = open(p->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        close(folder);
        return SPAWN_ABSENT;
    }
    if (access(p->path, X_OK) != 0) {
        *code = errno;
        return errno == ENOENT ? SPAWN_ABSENT : SPAWN_FAILED;
    }
    return SPAWN_OK;
}

enum spawn_result platform_spawn_agent(intptr_t lock, struct process *process, int *code)
{
    struct program p;
    struct rlimit files = {0, 0};
    sigset_t all, old;
    int ends[2];

    *code = 0;
    enum spawn_result found = find_program(&p, code);
    if (found != SPAWN_OK)
        return found;
    getrlimit(RLIMIT_NOFILE, &files);
    p.limit = files.rlim_cur < 1 << 20 ? (int)files.rlim_cur : 1 << 20;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *code = errno;
        return SPAWN_FAILED;
    }
    p.lock = (int)lock;
    p.report = ends[1];
    /* The host's handlers must not run in a child. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    *code = leave_watcher(&p);
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(ends[1]);
    process->handle = ends[0];
    if (*code == 0)
        return SPAWN_OK;
    platform_release(process);
    return SPAWN_FAILED;
}

enum process_state platform_watch(struct process *process, int milliseconds, struct ending *e)
{
    struct pollfd told = {.fd = (int)process->handle, .events = POLLIN};
    struct report r;

    if (poll(&told, 1, milliseconds) <= 0) /* nothing, or a signal; of no file there is nothing */
        return PROCESS_RUNS;
    if (read((int)process->handle, &r, sizeof r) == (ssize_t)sizeof r) {
        *e = r.ending;
        return r.state;
    }
    platform_release(process); /* the watcher has ended without a word */
    return PROCESS_RUNS;
}

void platform_release(struct process *process)
{
    if (process->handle >= 0)
        close((int)process->handle);
    process->handle = -1;
}
