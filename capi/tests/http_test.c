/* The parser of response heads: tables of heads, each fed byte by byte. */
#include "check.h"
#include "http.h"
#include <stdio.h>
#include <string.h>

static enum http_step feed(struct http_head *h, const char *text, size_t n, size_t *used)
{
    enum http_step step = HTTP_MORE;

    http_head_start(h);
    for (*used = 0; *used < n && step == HTTP_MORE; ++*used)
        step = http_head_byte(h, text[*used]);
    return step;
}

static void test_good(void)
{
    static const struct {
        const char *text;
        int status, length, needed, secret;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, 5, -1, 0},
        {"HTTP/1.0 200\r\nContent-Length: 0\r\n\r\n", 200, 0, -1, 0},
        {"HTTP/1.1 200 \r\ncontent-length:7 \t\r\n\r\n", 200, 7, -1, 0},
        {"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: \t00042\r\nMPS-Needed: 1524\r\n\r\n", 200, 42, 1524,
         0},
        {"HTTP/1.1 200 OK\r\nMps-Needed: 9\r\n\r\n", 200, -1, 9, 0},
        {"HTTP/1.1 403 \xB2\xBB\xD0\xD0\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length-Of-Another: 9\r\nContent-Length: 1\r\n\r\n",
         200, 1, -1, 0},
        {"HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\n"
         "Content-Length: 4\r\n\r\n",
         200, 4, -1, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n", 200, 1048576, -1, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", 200, 1048577, -1, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 200, 1048577, -1,
         0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nMPS-Needed: 4294967297\r\n\r\n", 200, 1, 1048577,
         0},
        {"HTTP/1.1 403 No\r\nMPS-Refused: secret\r\n\r\n", 403, -1, -1, 1},
        {"HTTP/1.1 403 No\r\nmps-refused:\t secret \t\r\nX: y\r\n\r\n", 403, -1, -1, 1},
        {"HTTP/1.1 403 No\r\nMPS-Refused: secrets\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 403 No\r\nMPS-Refused: secret secret\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 403 No\r\nMPS-Refused: secre\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 403 No\r\nMPS-Refused: ssecret\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 403 No\r\nMPS-Refused:\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 403 No\r\nMPS-Refused2: secret\r\n\r\n", 403, -1, -1, 0},
        {"HTTP/1.1 100 Continue\r\nMPS-Refused: secret\r\n\r\nHTTP/1.1 403 No\r\n\r\n", 403, -1, -1,
         0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_head h;
        size_t used;
        enum http_step step = feed(&h, cases[i].text, strlen(cases[i].text), &used);
        CHECK(step == HTTP_COMPLETE, "%s", cases[i].text);
        CHECK(used == strlen(cases[i].text), "%s: ended at %zu", cases[i].text, used);
        CHECK(h.status == cases[i].status, "%s: %d", cases[i].text, h.status);
        CHECK(h.length == cases[i].length, "%s: %d", cases[i].text, h.length);
        CHECK(h.secret == cases[i].secret, "%s: %d", cases[i].text, h.secret);
        CHECK(h.needed == cases[i].needed, "%s: %d", cases[i].text, h.needed);
    }
}

static void test_malformed(void)
{
    static const char *const cases[] = {
        "\r\n",
        "GET / HTTP/1.1\r\n",
        "HTTP/2.0 200 OK\r\n",
        "HTTP/1.x 200 OK\r\n",
        "http/1.1 200 OK\r\n",
        "HTTP/1.1  200 OK\r\n",
        "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 099 OK\r\n",
        "HTTP/1.1 600 OK\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n",
        "HTTP/1.1 200\n",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 O\001K\r\n",
        "HTTP/1.1 200 OK\r\r\n",
        "HTTP/1.1 200 OK\r\n Folded: 1\r\n",
        "HTTP/1.1 200 OK\r\n: 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "HTTP/1.1 200 OK\r\nMPS-Refused: sec\001ret\r\n",
        "HTTP/1.1 200 OK\r\nMPS-Needed: many\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 200 OK\r\nX: a\177b\r\n",
        "HTTP/1.1 200 OK\r\nX: a\nb\r\n",
        "HTTP/1.1 200 OK\r\n\rX",
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_head h;
        size_t used;
        CHECK(feed(&h, cases[i], strlen(cases[i]), &used) == HTTP_MALFORMED, "%s", cases[i]);
    }

    /* A NUL is a byte like any other: wrong everywhere. */
    static const char good[] = "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 1\r\n"
                               "MPS-Refused: secret\r\n\r\n";
    for (size_t i = 0; i < sizeof good - 1; i++) {
        char text[sizeof good];
        struct http_head h;
        size_t used;
        memcpy(text, good, sizeof good);
        text[i] = '\0';
        CHECK(feed(&h, text, sizeof good - 1, &used) == HTTP_MALFORMED, "NUL at %zu", i);
    }
}

static void test_incomplete(void)
{
    static const char good[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n";

    for (size_t n = 0; n < sizeof good - 1; n++) {
        struct http_head h;
        size_t used;
        CHECK(feed(&h, good, n, &used) == HTTP_MORE, "first %zu bytes", n);
    }
}

/* However the bytes come, the head ends within its limit. */
static void test_endless(void)
{
    enum { ENOUGH = 2 * HTTP_HEAD_MAX };
    static const char *const cases[] = {
        "X: yyyyyyyyyyyyyyyyyyyy\r\n",
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
        "Content-Length-: 1\r\n",
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_head h;
        size_t used;
        enum http_step step = feed(&h, "HTTP/1.1 200 OK\r\n", 17, &used);
        for (size_t n = 0; step == HTTP_MORE && n < ENOUGH; n++) {
            step = http_head_byte(&h, cases[i][n % strlen(cases[i])]);
            used++;
        }
        CHECK(step == HTTP_MALFORMED && used == HTTP_HEAD_MAX + 1, "%s: %zu", cases[i], used);
    }

    struct http_head h;
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    enum http_step step = HTTP_MORE;
    size_t n = 0;
    http_head_start(&h);
    for (; step == HTTP_MORE && n < ENOUGH; n++)
        step = http_head_byte(&h, interim[n % (sizeof interim - 1)]);
    CHECK(step == HTTP_MALFORMED && n == HTTP_HEAD_MAX + 1, "interim responses: %zu", n);
}

int main(void)
{
    test_good();
    test_malformed();
    test_incomplete();
    test_endless();
    return check_end("http_test");
}
