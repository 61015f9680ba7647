#define _GNU_SOURCE
#include "files_posix.h"
#include "platform.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A line of /proc/self/maps: "start-end rights offset device inode   path". */
struct mapping {
    uintptr_t start;
    uintptr_t end;
    enum { START, END, MIDDLE, PATH } field;
    size_t length; /* of the path */
};

static unsigned hex(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* take_byte takes the next byte of the table and tells whether the mapping with address ended. */
static int take_byte(struct mapping *m, char c, uintptr_t address, char *path, size_t size)
{
    if (c == '\n') {
        if (m->field == PATH && address >= m->start && address < m->end)
            return 1;
        *m = (struct mapping){0};
        return 0;
    }
    if (m->field == START && c == '-') {
        m->field = END;
    } else if (m->field == START) {
        m->start = m->start << 4 | hex(c);
    } else if (m->field == END && c == ' ') {
        m->field = MIDDLE;
    } else if (m->field == END) {
        m->end = m->end << 4 | hex(c);
    } else if (m->field == PATH || c == '/') {
        m->field = PATH;
        if (m->length < size)
            path[m->length] = c;
        m->length++;
    }
    return 0;
}

/*
 * own_path writes the absolute path of this library, without a NUL, and returns its length: more
 * than fits when it is too long, 0 when it cannot be found out.
 * Not dladdr, which ties the library to glibc 2.34 or later, nor anything else that knows only
 * the path as it was given to dlopen, perhaps from another working directory.
 */
static size_t own_path(char *path, size_t size)
{
    static const char here;
    struct mapping m = {0};
    char data[512];
    ssize_t n = 0;
    size_t length = 0;
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return 0;
    while (length == 0 && ((n = read(file, data, sizeof data)) > 0 || (n < 0 && errno == EINTR)))
        for (ssize_t i = 0; i < n && length == 0; i++)
            if (take_byte(&m, data[i], (uintptr_t)&here, path, size))
                length = m.length;
    close(file);
    return length;
}

int files_beside(const char *name, char *path, size_t size)
{
    size_t n = own_path(path, size);

    if (n >= size)
        return FILE_TOO_DEEP;
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return FILE_ABSENT;
    if (n + strlen(name) >= size)
        return FILE_TOO_DEEP;
    strcpy(path + n, name);
    return 0;
}

int files_user(const char *name, char *path, size_t size)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    const char *below = "/mps/";

    if (base == NULL || base[0] != '/') {
        base = getenv("HOME");
        below = "/.cache/mps/";
    }
    if (base == NULL || base[0] != '/')
        return FILE_ABSENT;
    if (strlen(base) + strlen(below) + strlen(name) >= size)
        return FILE_TOO_DEEP;
    strcpy(path, base);
    strcat(path, below);
    strcat(path, name);
    return 0;
}

/* open_file returns a file, or a FILE_ code. O_NONBLOCK: a FIFO in the file's place must not hang
 * the host. */
static int open_file(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file >= 0)
        return file;
    return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
}

/* read_file reads what there is, up to size bytes, and closes. */
static int read_file(int file, char *data, int size)
{
    int total = 0;

    while (total < size) {
        ssize_t n = read(file, data + total, (size_t)(size - total));
        if (n == 0)
            break;
        if (n > 0) {
            total += (int)n;
        } else if (errno != EINTR) {
            total = FILE_UNREADABLE;
            break;
        }
    }
    close(file);
    return total;
}

int platform_read_beside(const char *name, char *data, int size)
{
    char path[PATH_SIZE];
    int result = files_beside(name, path, sizeof path);

    if (result != 0)
        return result;
    int file = open_file(path);
    return file < 0 ? file : read_file(file, data, size);
}

/* is_mine tells whether a file is a plain one of the caller's: XDG_RUNTIME_DIR and HOME may be
 * another user's, after su for example. */
static int is_mine(int file)
{
    struct stat status;

#if defined(__x86_64__) || defined(__aarch64__)
    /* The function fstat ties the library to glibc 2.33. Kernel and glibc agree on the layout. */
    if (syscall(SYS_fstat, file, &status) != 0)
        return 0;
#else
    if (fstat(file, &status) != 0)
        return 0;
#endif
    return S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

int platform_read_user(const char *name, char *data, int size)
{
    char path[PATH_SIZE];
    int result = files_user(name, path, sizeof path);

    if (result != 0)
        return result;
    int file = open_file(path);
    if (file < 0)
        return file;
    if (!is_mine(file)) {
        close(file);
        return FILE_ABSENT;
    }
    return read_file(file, data, size);
}

int platform_environment(const char *name, char *value, int size)
{
    const char *found = getenv(name);

    if (found == NULL)
        return 0;
    if (strlen(found) < (size_t)size)
        strcpy(value, found);
    else
        strcpy(value, "-");
    return 1;
}
