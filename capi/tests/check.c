#define _GNU_SOURCE
#include "check.h"
#include <iconv.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failures;

void check_failed(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;

    __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
    fprintf(stderr, "%s:%d: %s is false: ", file, line, condition);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int check_failures(void)
{
    return __atomic_load_n(&failures, __ATOMIC_RELAXED);
}

int check_end(const char *name)
{
    if (failures > 0) {
        fprintf(stderr, "FAIL %s (%d)\n", name, failures);
        return 1;
    }
    printf("ok   %s\n", name);
    return 0;
}

char *utf8(const char *gbk)
{
    size_t left = strlen(gbk);
    size_t room = left * 2 + 16; /* two bytes of GBK become three */
    char *text = calloc(1, room + 1);
    char *in = strdup(gbk);
    char *from = in;
    char *to = text;
    iconv_t converter = iconv_open("UTF-8", "GBK");

    if (converter == (iconv_t)-1 || text == NULL || in == NULL)
        abort();
    if (iconv(converter, &from, &left, &to, &room) == (size_t)-1)
        strcpy(text, "(not GBK)");
    iconv_close(converter);
    free(in);
    return text;
}

static size_t pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (size + page - 1) / page * page;
}

char *guarded_new(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory =
        mmap(NULL, pages(size) + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + pages(size), page, PROT_NONE) != 0)
        abort();
    return memory + pages(size) - size;
}

void guarded_free(char *memory, size_t size)
{
    munmap(memory + size - pages(size), pages(size) + (size_t)sysconf(_SC_PAGESIZE));
}
