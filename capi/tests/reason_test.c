/* The reason that an agent leaves which could not start. */
#define _GNU_SOURCE
#include "answer.h"
#include "check.h"
#include "messages.h"
#include "reason.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "pid = 4711\n"

static void test_parse(void)
{
    static const struct {
        const char *file;
        const char *gbk;   /* in hex; "" for none */
        const char *utf16; /* likewise */
    } cases[] = {
        {"; comment\n" ID "gbk = b5da32d0d0\nutf16 = 2c7b3200884c\n", "b5da32d0d0", "2c7b3200884c"},
        {"gbk=b5da32d0d0\r\nutf16=2c7b3200884c\r\npid=4711\r\n", "b5da32d0d0", "2c7b3200884c"},
        {ID "version = 9\nutf16 = 2c7b\n", "", "2c7b"},
        {ID "gbk = 2431\n", "2431", ""},
        {"", "", ""},
        {ID, "", ""},
        {"gbk = 3132\nutf16 = 31003200\n", "", ""},
        {"pid = 4712\ngbk = 3132\nutf16 = 31003200\n", "", ""},
        {ID ID "gbk = 3132\nutf16 = 31003200\n", "", ""},
        {"pid = 0\ngbk = 3132\n", "", ""},
        {ID "gbk = 3132\ngbk = 3132\n", "", ""},
        {ID "gbk =\nutf16 =\n", "", ""},
        {ID "gbk = 313\nutf16 = 310\n", "", ""},
        {ID "gbk = 3G\nutf16 = 3G00\n", "", ""},
        {ID "gbk = B5DA\nutf16 = 2C7B\n", "", ""},
        {ID "gbk = 3132\nutf16 = 31003200\nnonsense\n", "", ""},
        /* What must not stand in an element: control characters, markup, half a character. */
        {ID "gbk = 3100\nutf16 = 31000000\n", "", ""},
        {ID "gbk = 310a\nutf16 = 31000a00\n", "", ""},
        {ID "gbk = 317f\nutf16 = 31007f00\n", "", ""},
        {ID "gbk = 3c\nutf16 = 3c00\n", "", ""},
        {ID "gbk = 3e\nutf16 = 3e00\n", "", ""},
        {ID "gbk = 26\nutf16 = 2600\n", "", ""},
        {ID "gbk = b5\nutf16 = 3cd8\n", "", ""},
        {ID "gbk = b5dab5\nutf16 = 2c7b3c\n", "", ""},
        {ID "gbk = b53c\nutf16 = 00dc\n", "", ""},
        {ID "gbk = b57f\nutf16 = 3cd83cd8\n", "", ""},
        {ID "gbk = b5ff\nutf16 = 3cd83100\n", "", ""},
        {ID "gbk = 80\nutf16 = feff\n", "", ""},
        {ID "gbk = ff41\nutf16 = ffff\n", "", ""},
        {ID "utf16 = 3cd885df\n", "", "3cd885df"},
        {ID "gbk = b540\nutf16 = 3c4e\n", "b540", "3c4e"}, /* 0x3C is no "<" there */
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int wide = 0; wide < 2; wide++) {
            const char *want = wide ? cases[i].utf16 : cases[i].gbk;
            size_t n = strlen(cases[i].file);
            char *file = guarded_new(n);
            char hex[2 * REASON_MAX + 1] = "";
            struct reason r;
            memcpy(file, cases[i].file, n);
            memset(&r, 'x', sizeof r);
            int good = reason_parse(&r, file, n, 4711, wide ? CHARSET_UTF16LE : CHARSET_GBK);
            for (size_t at = 0; at < r.n; at++)
                snprintf(hex + 2 * at, 3, "%02x", (unsigned char)r.text[at]);
            CHECK(good == (want[0] != '\0') && strcmp(hex, want) == 0, "%s: %d %s", cases[i].file,
                  good, hex);
            guarded_free(file, n);
        }
    }
}

/* long_file is a file with a text of n bytes. */
static size_t long_file(char *file, size_t size, size_t n)
{
    size_t at = (size_t)snprintf(file, size, ID "gbk = ");

    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(file + at, size - at, "31");
    return at;
}

static void test_length(void)
{
    static char file[REASON_FILE_MAX];
    struct reason r;
    size_t n = long_file(file, sizeof file, REASON_MAX);

    CHECK(reason_parse(&r, file, n, 4711, CHARSET_GBK) == 1 && r.n == REASON_MAX, "%zu", r.n);
    n = long_file(file, sizeof file, REASON_MAX + 1);
    CHECK(reason_parse(&r, file, n, 4711, CHARSET_GBK) == 0 && r.n == 0, "%zu", r.n);
}

/* Only a file of the user's own counts. */
static void test_file(void)
{
    char path[128];
    struct reason r;

    snprintf(path, sizeof path, "%.*s/agent.reason", (int)(strrchr(user_file(), '/') - user_file()),
             user_file());
    reason_get(&r, 4711, CHARSET_GBK);
    CHECK(r.n == 0, "none");
    FILE *out = fopen(path, "wb");
    CHECK(out != NULL && fputs(ID "gbk = b5da32d0d0\n", out) >= 0 && fclose(out) == 0, "%s", path);
    reason_get(&r, 4711, CHARSET_GBK);
    CHECK(r.n == 5 && memcmp(r.text, "第2行", 5) == 0, "%zu", r.n);
    reason_get(&r, 4712, CHARSET_GBK);
    CHECK(r.n == 0, "of another process");
    CHECK(geteuid() == 0, "the owner of a file can be changed by root only");
    CHECK(chown(path, 12345, (gid_t)-1) == 0, "chown %s", path);
    reason_get(&r, 4711, CHARSET_GBK);
    CHECK(r.n == 0, "another user's");
    unlink(path);
}

static void test_answer(void)
{
    struct reason reason = {5, "第2行"};
    struct fault f = fault_of(MESSAGE_ENDED_REASON, 7936, 3221225781);
    struct request r;
    char resp[1024];

    f.reason = &reason;
    request_look(&r, REQUEST("03"));
    CHECK(answer_fault(&r, f, resp, sizeof resp) == 0, "fits");
    char *text = utf8(resp);
    CHECK(strstr(resp, "原因是：第2行。") != NULL &&
              strstr(resp, "127.0.0.1:7936 退出码3221225781") != NULL,
          "%s", text);
    free(text);
}

int main(void)
{
    user_new();
    test_parse();
    test_length();
    test_file();
    test_answer();
    user_free();
    return check_end("reason_test");
}
