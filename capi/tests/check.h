/* The few things that every test program here needs. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>

/* CHECK counts a failure and goes on; what the printf arguments say names the case. */
#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);                             \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof *(array))

void check_failed(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* check_failures returns how many there were so far. */
int check_failures(void);

/* check_end prints the outcome of the program called name and returns its exit status. */
int check_end(const char *name);

/* utf8 decodes a GBK text, strictly; bytes that are no GBK give "(not GBK)". Caller frees. */
char *utf8(const char *gbk);

/*
 * guarded_new returns size bytes that end right before a page that cannot be touched; size is at
 * most 8 MiB. guarded_free gives them back.
 */
char *guarded_new(size_t size);
void guarded_free(char *memory, size_t size);

/* The specification's request (2.4) for a certificate type, GBK and UTF-8 alike. */
#define REQUEST(type)                                                                              \
    "<?xml version=\"1.0\" encoding=\"GBK\" ?>\n<request>\n    <Header>\n"                         \
    "        <funid>N04.00.00.01</funid>\n        <sign>0000000000000000</sign>\n"                 \
    "    </Header>\n    <Body>\n        <mdtrt_cert_type>" type "</mdtrt_cert_type>\n"             \
    "    </Body>\n</request>"

#endif
