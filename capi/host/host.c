/*
 * mps-host: a hospital program in the small. It loads the client library, asks it one request and
 * prints the answer as it came (GBK).
 *
 *     mps-host [--utf16] [--blank N] [--repeat N] LIBRARY REQUESTFILE
 *
 *     --utf16      pass UTF-16LE, as PowerBuilder 10 and later does, and print the answer in it;
 *                  the request must be ASCII
 *     --blank N    pass a buffer of N blanks and a NUL, as PowerBuilder's Space(N) does
 *     --repeat N   call N times and print the times to standard error
 *
 * REQUESTFILE "-" is standard input. The exit status is what MPS_Call returned (1 to 255: its low
 * byte), 125 when there was no call.
 */
#define _GNU_SOURCE
#include "mps_client.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NO_CALL = 125, RESP_SIZE = 64 * 1024 };

typedef int(MPS_API *mps_call)(char *req, char *resp);

struct options {
    size_t unit; /* bytes of a character: 1, or 2 of UTF-16 */
    size_t blank;
    size_t repeat;
    const char *library;
    const char *request;
};

static int parse(struct options *o, int argc, char **argv)
{
    int i = 1;

    *o = (struct options){.repeat = 1, .unit = 1};
    while (i < argc && strncmp(argv[i], "--", 2) == 0) {
        const char *name = argv[i++];
        if (strcmp(name, "--utf16") == 0) {
            o->unit = 2;
            continue;
        }
        if (i == argc)
            return 0;
        char *end;
        size_t n = strtoul(argv[i++], &end, 10);
        if (*end != '\0' || n < 1 || n > 10000000)
            return 0;
        if (strcmp(name, "--blank") == 0)
            o->blank = n;
        else if (strcmp(name, "--repeat") == 0)
            o->repeat = n;
        else
            return 0;
    }
    if (argc - i != 2)
        return 0;
    o->library = argv[i];
    o->request = argv[i + 1];
    return 1;
}

/* read_request returns the file as a NUL-terminated text, or NULL. */
static char *read_request(const char *name)
{
    enum { LIMIT = 1 << 20 };
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    char *text = malloc(LIMIT + 1);

    if (file == NULL || text == NULL) {
        perror(name);
        free(text);
        return NULL;
    }
    text[fread(text, 1, LIMIT, file)] = '\0';
    if (file != stdin)
        fclose(file);
    return text;
}

/* widen returns the ASCII text in UTF-16LE, or NULL, and frees it. */
static char *widen(char *text)
{
    size_t n = strlen(text) + 1;
    char *wide = calloc(n, 2);

    if (wide == NULL)
        abort();
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] >= 0x80) {
            fprintf(stderr, "mps-host: --utf16 takes ASCII only\n");
            free(wide);
            wide = NULL;
            break;
        }
        wide[2 * i] = text[i];
    }
    free(text);
    return wide;
}

static char *new_buffer(const struct options *o)
{
    char *resp = calloc(1, o->blank > 0 ? (o->blank + 1) * o->unit : RESP_SIZE);

    if (resp == NULL)
        abort();
    return resp;
}

static void fill(char *resp, const struct options *o)
{
    for (size_t i = 0; i < o->blank; i++)
        memcpy(resp + i * o->unit, " ", o->unit);
}

static void print(const char *resp, size_t unit)
{
    static const char nul[2];
    size_t n = 0;

    while (memcmp(resp + n, nul, unit) != 0)
        n += unit;
    fwrite(resp, 1, n, stdout);
}

static double microseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print_times(double *times, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += times[i];
    qsort(times, n, sizeof *times, by_time);
    fprintf(stderr, "calls=%zu mean=%.1fus p50=%.1fus p99=%.1fus\n", n, sum / (double)n,
            times[n / 2], times[n - 1 - n / 100]);
}

static int run(mps_call call, const struct options *o)
{
    int result = NO_CALL;
    char *req = read_request(o->request);
    char *resp = new_buffer(o);
    double *times = calloc(o->repeat, sizeof *times);

    if (times == NULL)
        abort();
    if (req != NULL && o->unit == 2)
        req = widen(req);
    for (size_t i = 0; req != NULL && i < o->repeat; i++) {
        fill(resp, o);
        double start = microseconds();
        result = call(req, resp);
        times[i] = microseconds() - start;
    }
    if (req != NULL) {
        print(resp, o->unit);
        if (o->repeat > 1)
            print_times(times, o->repeat);
    }
    free(times);
    free(resp);
    free(req);
    return result;
}

int main(int argc, char **argv)
{
    struct options o;
    mps_call call;

    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: mps-host [--utf16] [--blank N] [--repeat N] LIBRARY REQUESTFILE\n");
        return NO_CALL;
    }
    void *library = dlopen(o.library, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "mps-host: 加载动态库失败: %s\n", dlerror());
        return NO_CALL;
    }
    *(void **)&call = dlsym(library, "MPS_Call"); /* as POSIX has it */
    if (call == NULL) {
        fprintf(stderr, "mps-host: 查找函数失败: %s\n", dlerror());
        return NO_CALL;
    }
    int result = run(call, &o);
    dlclose(library);
    return result;
}
