/*
 * The seam to the operating system: a clock, one TCP connection to this computer, a look at
 * memory, files and environment, starting the agent. platform_*.c implement clock, connection and
 * memory, files_*.c files and environment, process_*.c the start, each for POSIX and for Windows.
 * The fuzz tests bring their own.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that never goes back, but wraps around every 49 days. */
uint32_t platform_milliseconds(void);

struct deadline {
    uint32_t start;
    uint32_t span;
};

/* deadline_left returns the milliseconds left, 0 when it has passed. */
static inline int deadline_left(struct deadline d)
{
    uint32_t passed = platform_milliseconds() - d.start;

    return passed < d.span ? (int)(d.span - passed) : 0;
}

enum connection_result {
    CONNECTION_OK,
    CONNECTION_REFUSED,
    CONNECTION_TIMEOUT,
    CONNECTION_CLOSED, /* by the other side, orderly or not */
    CONNECTION_FAILED, /* no socket, no network: see struct connection */
};

struct connection {
    intptr_t socket;
    int code;    /* the system's error code after CONNECTION_FAILED */
    int started; /* Winsock was, and must be cleaned up */
};

/*
 * connection_open connects to 127.0.0.1:port. Whatever it returns, connection_close must follow.
 * No function here waits beyond the deadline, raises a signal or lets a child process inherit.
 */
enum connection_result connection_open(struct connection *c, int port, struct deadline d);

/* connection_send sends all n bytes. */
enum connection_result connection_send(struct connection *c, const char *data, size_t n,
                                       struct deadline d);

/* connection_receive receives 1 to n bytes and says how many in *got. */
enum connection_result connection_receive(struct connection *c, char *data, size_t n, size_t *got,
                                          struct deadline d);

void connection_close(struct connection *c);

/*
 * platform_writable returns how many of the limit bytes at p can be written: all of them where
 * the system cannot tell cheaply (POSIX).
 */
size_t platform_writable(const void *p, size_t limit);

/*
 * platform_peek copies n bytes at p, at most 16, and returns 1, or 0 when they cannot be read.
 * Where it cannot tell, they cannot.
 */
int platform_peek(const void *p, void *copy, size_t n);

enum { FILE_ABSENT = -1, FILE_UNREADABLE = -2, FILE_TOO_DEEP = -3 };

/*
 * platform_read_beside reads at most size bytes of the file called name in the folder of this
 * library, never of the working directory, and returns how many or one of the codes above:
 * FILE_TOO_DEEP when the path of that folder is too long for this library or for the system.
 */
int platform_read_beside(const char *name, char *data, int size);

/*
 * platform_read_user does the same in the folder where agent and library of one user meet:
 * %LOCALAPPDATA%\mps, or %APPDATA%\mps where Windows has no other; elsewhere
 * $XDG_RUNTIME_DIR/mps or, without such a directory, $HOME/.cache/mps. A file that belongs to
 * another user counts as absent.
 */
int platform_read_user(const char *name, char *data, int size);

/*
 * platform_environment copies an environment variable and returns 1, or 0 when there is none. A
 * value that does not fit is cut to a non-empty text that is no number.
 */
int platform_environment(const char *name, char *value, int size);

void platform_sleep(int milliseconds);

/*
 * platform_try_lock takes the lock under which this user's agent is started and returns 1, or 0
 * while another thread or process has it, or an agent that is on its way up. Where there can be no
 * lock there is nothing to wait for: 1. After 1, platform_unlock must follow.
 */
int platform_try_lock(intptr_t *lock);

/* platform_unlock gives up the caller's part of the lock; an agent that was started keeps its. */
void platform_unlock(intptr_t lock);

/* An agent that was started, as long as somebody waits for it. */
struct process {
    intptr_t handle;
    uint32_t id; /* on Windows; elsewhere platform_watch learns it */
};

enum spawn_result { SPAWN_OK, SPAWN_ABSENT, SPAWN_TOO_DEEP, SPAWN_FAILED };

/*
 * platform_spawn_agent starts "mps agent --started-by-library" from the folder of this library: in
 * that folder, without window or terminal, with none of this process's files but the lock, which
 * it holds until it has left its address, on Windows until it ends. So an agent that hangs is not
 * joined by another, whatever becomes of this process. *code is the system's error code after
 * SPAWN_FAILED. After SPAWN_OK, platform_release must follow.
 */
enum spawn_result platform_spawn_agent(intptr_t lock, struct process *p, int *code);

enum process_state {
    PROCESS_RUNS,
    PROCESS_ENDED,
    PROCESS_FAILED, /* the system did not run it */
};

/* How a process came to its end. */
struct ending {
    int64_t code; /* exit code, elsewhere than on Windows 128 and a signal's number, too; of the
                     system's error after PROCESS_FAILED */
    uint32_t id;  /* the process id */
};

/* platform_watch waits until the process ends, for a while, at most so many milliseconds. */
enum process_state platform_watch(struct process *p, int milliseconds, struct ending *e);

/* platform_release ends the waiting; the process goes on. */
void platform_release(struct process *p);

#endif
