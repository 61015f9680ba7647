/*
 * load_test LIBRARY DIR: the built library as a program finds it: loaded and freed around every
 * call, and its settings read from beside it. DIR is a folder for copies of it.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "check.h"
#include "mps_client.h"
#include "user.h"
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER "<response></response>"

static int told; /* the last request's MPS-Capacity */

static void answer(int socket, const struct seen *seen, void *argument)
{
    (void)argument;
    told = seen->capacity;
    agent_reply(socket, ANSWER, sizeof ANSWER - 1, 0);
}

/* Each library in its turn: loaded, called, freed. */
static void *open_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return library;
}

static int call(void *library, char *resp)
{
    int (*function)(char *, char *);
    char req[] = REQUEST("03");

    *(void **)&function = dlsym(library, "MPS_Call");
    told = 0;
    return function(req, resp);
}

static int open_files(void)
{
    int n = 0;
    DIR *files = opendir("/proc/self/fd");

    while (readdir(files) != NULL)
        n++;
    closedir(files);
    return n;
}

static void test_load_and_free(const char *path)
{
    enum { ROUNDS = 1000, WARM = 50 };
    size_t memory = 0;
    int files = 0;

    for (int i = 0; i < ROUNDS; i++) {
        char resp[2048] = "";
        void *library = open_library(path);
        CHECK(call(library, resp) == 0 && strcmp(resp, ANSWER) == 0, "round %d: %s", i, resp);
        dlclose(library);
        CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == NULL, "round %d: still loaded", i);
        if (i == WARM) {
            memory = mallinfo2().uordblks;
            files = open_files();
        }
    }
    /* The agent's thread may be between accept and close. */
    CHECK(open_files() <= files + 1, "files: %d, then %d", files, open_files());
    CHECK(mallinfo2().uordblks <= memory + 1024, "memory: %zu, then %zu", memory,
          mallinfo2().uordblks);
}

/* Calls, good and bad, leave nothing on the heap, nor open. */
static void test_calls_leave_nothing(const char *path)
{
    void *library = open_library(path);
    char resp[2048] = "";

    call(library, resp);
    int files = open_files();
    struct mallinfo2 before = mallinfo2();
    for (int i = 0; i < 10000; i++)
        call(library, resp);
    struct mallinfo2 after = mallinfo2();
    CHECK(strcmp(resp, ANSWER) == 0, "%s", resp);
    CHECK(open_files() <= files + 1, "files: %d, then %d", files, open_files());
    /* The agent's thread may hold the last request a moment longer. */
    CHECK(after.uordblks <= before.uordblks + 1024, "memory: %zu, then %zu", before.uordblks,
          after.uordblks);
    dlclose(library);
}

static void *call_once(void *library)
{
    static char resp[2048];

    call(library, resp);
    CHECK(strcmp(resp, ANSWER) == 0, "%s", resp);
    return NULL;
}

/* The library is content with a quarter of a stack of 64 KB, which hosts give their threads. */
static void test_small_stack(const char *path)
{
    enum { STACK = 65536, MARK = 0x5A };
    pthread_attr_t attributes;
    pthread_t thread;
    void *library = open_library(path);
    unsigned char *stack =
        mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t untouched = 0;

    memset(stack, MARK, STACK);
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstack(&attributes, stack, STACK) == 0, "setstack");
    CHECK(pthread_create(&thread, &attributes, call_once, library) == 0, "create");
    pthread_join(thread, NULL);
    while (untouched < STACK && stack[untouched] == MARK)
        untouched++;
    CHECK(STACK - untouched < STACK / 4, "%zu bytes of stack", STACK - untouched);
    pthread_attr_destroy(&attributes);
    munmap(stack, STACK);
    dlclose(library);
}

static void copy_file(const char *from, const char *to)
{
    static char data[65536];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");

    if (in == NULL || out == NULL) {
        perror(from);
        exit(1);
    }
    size_t n = fread(data, 1, sizeof data, in);
    CHECK(n < sizeof data && fwrite(data, 1, n, out) == n, "%s: %zu", from, n);
    fclose(in);
    fclose(out);
}

/* write_ini writes the working directory's sub/mps_client.ini; %d stands for the port. */
static void write_ini(const char *format, int port)
{
    FILE *file = fopen("sub/mps_client.ini", "wb");

    if (file == NULL)
        abort();
    for (; *format != '\0'; format++) {
        if (strncmp(format, "%d", 2) == 0) {
            fprintf(file, "%d", port);
            format++;
        } else {
            fputc(*format, file);
        }
    }
    fclose(file);
}

static void expect(void *library, const char *name, int capacity, const char *message)
{
    char resp[4096] = "";

    CHECK(call(library, resp) == 0, "%s", name);
    char *text = utf8(resp);
    CHECK(told == capacity, "%s: capacity %d: %s", name, told, text);
    CHECK(capacity > 0 ? strcmp(resp, ANSWER) == 0 : strstr(resp, message) != NULL, "%s: %s", name,
          text);
    free(text);
}

/* In a folder with a misleading ini; the library lies below, in sub. */
static void test_settings(int port)
{
    char big[5000];
    static const struct {
        const char *name, *ini, *variable, *value;
        int capacity;        /* what the agent is told, 0: not asked */
        const char *message; /* what the answer says then */
    } cases[] = {
        {"none", NULL, "MPS_CLIENT_PORT", "%d", 2048, NULL},
        {"file", "capacity=512\r\nport=%d\r\n", NULL, NULL, 512, NULL},
        {"environment wins", "capacity=512\nport=%d\n", "MPS_CLIENT_CAPACITY", "600", 600, NULL},
        {"bad line", "port=%d\n\ncapacity=12\n", NULL, NULL, 0, "第3行"},
        {"bad line, good environment", "x", "MPS_CLIENT_PORT", "%d", 0, "第1行"},
        {"bad variable", "port=%d\n", "MPS_CLIENT_TIMEOUT_MS", "1s", 0, "MPS_CLIENT_TIMEOUT_MS"},
        {"empty variable", "port=%d\n", "MPS_CLIENT_PORT", "", 0, "MPS_CLIENT_PORT"},
        {"long variable", "port=%d\n", "MPS_CLIENT_PORT", "00000000000000000000000001", 0,
         "MPS_CLIENT_PORT"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        unlink("sub/mps_client.ini");
        if (cases[i].ini != NULL)
            write_ini(cases[i].ini, port);
        if (cases[i].variable != NULL) {
            char value[64];
            snprintf(value, sizeof value, "%d", port);
            setenv(cases[i].variable, strcmp(cases[i].value, "%d") == 0 ? value : cases[i].value,
                   1);
        }
        void *library = open_library("sub/libmps_client.so");
        expect(library, cases[i].name, cases[i].capacity, cases[i].message);
        dlclose(library);
        if (cases[i].variable != NULL)
            unsetenv(cases[i].variable);
    }

    memset(big, ';', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    write_ini(big, port);
    void *library = open_library("sub/libmps_client.so");
    expect(library, "too long", 0, "4KB");

    /* A folder where the file should be: reading it fails. */
    unlink("sub/mps_client.ini");
    mkdir("sub/mps_client.ini", 0700);
    expect(library, "unreadable", 0, "无法读取");
    rmdir("sub/mps_client.ini");

    /* Mended while the library is loaded; from then on nothing changes any more. */
    write_ini("capacity=700\nport=%d\n", port);
    expect(library, "mended", 700, NULL);
    write_ini("capacity=800\nport=%d\n", port);
    expect(library, "kept", 700, NULL);
    dlclose(library);
}

int main(int argc, char **argv)
{
    struct agent *a = agent_start(1, 0, answer, NULL);
    char port[16];
    char folder[4096];

    if (argc != 3) {
        fprintf(stderr, "usage: load_test LIBRARY DIR\n");
        return 2;
    }
    char *library = realpath(argv[1], NULL);
    if (library == NULL) {
        perror(argv[1]);
        return 2;
    }
    user_new();
    snprintf(port, sizeof port, "%d", agent_port(a));
    setenv("MPS_CLIENT_PORT", port, 1);
    test_load_and_free(library);
    test_calls_leave_nothing(library);
    test_small_stack(library);
    unsetenv("MPS_CLIENT_PORT");

    snprintf(folder, sizeof folder, "%s/load_test.XXXXXX", argv[2]);
    if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("sub", 0700) != 0) {
        perror(folder);
        return 2;
    }
    copy_file(library, "sub/libmps_client.so");
    write_ini("nonsense\n", 0);
    rename("sub/mps_client.ini", "mps_client.ini"); /* of the working directory: not ours */
    test_settings(agent_port(a));
    CHECK(unlink("mps_client.ini") == 0 && unlink("sub/mps_client.ini") == 0 &&
              unlink("sub/libmps_client.so") == 0 && rmdir("sub") == 0 && chdir("..") == 0,
          "cleaning %s", folder);
    rmdir(strrchr(folder, '/') + 1);
    free(library);
    agent_stop(a);
    user_free();
    return check_end("load_test");
}
