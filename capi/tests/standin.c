/*
 * A stand-in for mps: "mps agent", started by the library in a folder of start_test. It writes a
 * line about itself to started.log there, listens, leaves its address, and answers until a file
 * called stop is there. MPS_STANDIN says how else to behave: "mute" never comes up.
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

/* open_files counts what is open beside standard input, output and error. */
static int open_files(void)
{
    int n = 0;
    DIR *files = opendir("/proc/self/fd");
    struct dirent *file;

    while ((file = readdir(files)) != NULL)
        n += atoi(file->d_name) > 2 && atoi(file->d_name) != dirfd(files);
    closedir(files);
    return n;
}

static int is_null(int file)
{
    struct stat null, mine;

    return stat("/dev/null", &null) == 0 && fstat(file, &mine) == 0 && null.st_rdev == mine.st_rdev;
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
    char line[512];
    char folder[256] = "";
    int log = open("started.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int leader = getsid(0) != getpid();

    if (log < 0 || getcwd(folder, sizeof folder) == NULL)
        exit(1);
    close(log);
    int n = snprintf(line, sizeof line,
                     "args=%d %s files=%d null=%d leader=%d signals=%d in %s as %s\n", argc,
                     argc > 1 ? argv[1] : "", open_files(), is_null(0) && is_null(1) && is_null(2),
                     !leader, quiet_signals(), folder, argv[0]);
    log = open("started.log", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (write(log, line, (size_t)n) != n)
        exit(1);
    close(log);
}

static int is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

int main(int argc, char **argv)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    const char *how = getenv("MPS_STANDIN");
    char from[256];
    char to[256];

    alarm(600); /* whatever happens to the test */
    report(argc, argv);
    if (how != NULL && strcmp(how, "mute") == 0)
        return 0;
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
    while (!is_there("stop"))
        usleep(10000);
    agent_stop(a);
    unlink(to);
    unlink("stop");
    return 0;
}
