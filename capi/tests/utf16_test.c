/* UTF-16LE callers: PowerBuilder 10 and later. Buffers end right before a page without access. */
#define _GNU_SOURCE
#include "agent.h"
#include "answer.h"
#include "check.h"
#include "mps_client.h"
#include "request.h"
#include "user.h"
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIGURED = 300 };

/* widen makes a guarded UTF-16LE text of an ASCII text, and says its size with NUL in bytes. */
static char *widen(const char *text, size_t *size)
{
    size_t n = strlen(text) + 1;
    char *wide = guarded_new(2 * n);

    for (size_t i = 0; i < n; i++) {
        wide[2 * i] = text[i];
        wide[2 * i + 1] = '\0';
    }
    *size = 2 * n;
    return wide;
}

/* utf8_of_utf16 decodes up to the unit 0, strictly. Caller frees. */
static char *utf8_of_utf16(const char *wide)
{
    size_t left = 0;
    char *text = calloc(1, 8192);
    char *to = text;
    char *from = (char *)(size_t)wide;
    size_t room = 8191;
    iconv_t converter = iconv_open("UTF-8", "UTF-16LE");

    while (wide[left] != '\0' || wide[left + 1] != '\0')
        left += 2;
    if (converter == (iconv_t)-1 || text == NULL)
        abort();
    if (iconv(converter, &from, &left, &to, &room) == (size_t)-1)
        strcpy(text, "(not UTF-16LE)");
    iconv_close(converter);
    return text;
}

/* charset_at tells the charset of a request of n bytes, and no memory behind them, for a buffer. */
static enum charset charset_at(const void *bytes, size_t n, const char *resp, size_t room)
{
    char *text = guarded_new(n);

    memcpy(text, bytes, n);
    enum charset charset = charset_of(text, resp, room);
    guarded_free(text, n);
    return charset;
}

#define BYTES(text) text, sizeof text - 1

/* What the request shows by itself, and that a buffer of another charset does not change that. */
static void test_charset(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum charset charset;
    } cases[] = {
        {BYTES("<\0?\0\0\0"), CHARSET_UTF16LE},
        {BYTES("<\0?\0x"), CHARSET_UTF16LE},
        {BYTES(" \0\n\0<\0"), CHARSET_UTF16LE},
        {BYTES("\xFF\xFE<\0?\0\0\0"), CHARSET_UTF16LE},
        {BYTES("\xFF\xFE<\0\0\0"), CHARSET_UTF16LE},
        {BYTES("\xFF\xFE\0\0"), CHARSET_UTF16LE},
        {BYTES("\xFF\xFE\x2D\x4E\x87\x65\0\0"), CHARSET_UTF16LE},
        {BYTES("\x2D\x4E<\0?\0\0\0"), CHARSET_UTF16LE},            /* 中<? */
        {BYTES("\x2D\x4E\x87\x65 \0<\0r\0\0\0"), CHARSET_UTF16LE}, /* 中文 <r */
        {BYTES("\0\x30<\0?\0\0\0"), CHARSET_UTF16LE},              /* a wide blank */
        {BYTES("\0\x4E<\0r\0\0\0"), CHARSET_UTF16LE},              /* 一 */
        {BYTES("\xA0\0<\0r\0\0\0"), CHARSET_UTF16LE},
        {BYTES("<?xml\0"), CHARSET_GBK},
        {BYTES("<?\0"), CHARSET_GBK},
        {BYTES("\r\n <r\0"), CHARSET_GBK},
        {BYTES("\xEF\xBB\xBF<r\0"), CHARSET_GBK},
        {BYTES("<\xD6\xD0\0<\0r\0"), CHARSET_GBK}, /* others' memory behind the end */
        {BYTES("<\0"), CHARSET_GBK},               /* the memory ends: no UTF-16 */
        {BYTES("\xFF\xFE<\0"), CHARSET_GBK},
        {BYTES("\xFF\xFE\0"), CHARSET_GBK},
        {BYTES("\xFF\xFE\x2D\x4E\0"), CHARSET_GBK},
        {BYTES("\xFF\xFE\xFE\0"), CHARSET_GBK},
        {BYTES("\0"), CHARSET_GBK},
        {BYTES("a\0"), CHARSET_GBK},
        {BYTES("abc\0"), CHARSET_GBK},
        {BYTES("\xD6\xD0\0"), CHARSET_GBK},
        {BYTES("\x2D\x4E<\0"), CHARSET_GBK},
        {BYTES("\0<\0?"), CHARSET_GBK}, /* big-endian: nobody passes it */
    };
    char wide[130] = "";
    char narrow[130];

    for (size_t i = 0; i < sizeof wide; i += 2)
        wide[i] = ' ';
    memset(narrow, ' ', sizeof narrow);
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum charset got = charset_at(cases[i].bytes, cases[i].n, "", 0);
        CHECK(got == cases[i].charset, "case %zu", i);
        got = charset_at(cases[i].bytes, cases[i].n, wide, sizeof wide);
        CHECK(got == cases[i].charset, "case %zu, wide blanks", i);
        got = charset_at(cases[i].bytes, cases[i].n, narrow, sizeof narrow);
        CHECK(got == cases[i].charset, "case %zu, blanks", i);
    }
}

/* What may be either is what the buffer came in filled with, and GBK where that says nothing. */
static void test_charset_of_buffer(void)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        {BYTES("\0\0")},                 /* nothing */
        {BYTES("<\0\0\0")},              /* one character, or "<" in zeroed memory */
        {BYTES("<\0\x2D\x4E\0\0")},      /* <中, or "<" and what lay there */
        {BYTES("\x2D\x4E\0\0")},         /* 中, or -N */
        {BYTES("\x2D\x4E\x87\x65\0\0")}, /* 中文 */
        {BYTES("\x2D\x4E<\0\0\0")},      /* 中<, or -N< */
        {BYTES("\0\x4E\0\0")},           /* 一, or nothing */
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t blanks = 0; blanks <= 66; blanks++) {
            size_t room = 2 * blanks + 2;
            char *resp = guarded_new(room);
            for (size_t n = 0; n < blanks; n++)
                memcpy(resp + 2 * n, " ", 2);
            memset(resp + 2 * blanks, 'x', 2);
            enum charset got = charset_at(cases[i].bytes, cases[i].n, resp, room);
            CHECK(got == (blanks >= 64 ? CHARSET_UTF16LE : CHARSET_GBK), "case %zu, %zu blanks", i,
                  blanks);
            got = charset_at(cases[i].bytes, cases[i].n, resp, room < 127 ? room : 127);
            CHECK(got == CHARSET_GBK, "case %zu, %zu blanks, too little room", i, blanks);
            guarded_free(resp, room);
        }
    }
}

static void test_look(void)
{
    size_t size;
    char *text = widen(REQUEST("01"), &size);
    struct request r;

    request_look(&r, text, "", 0);
    CHECK(r.charset == CHARSET_UTF16LE && request_size(&r) == size - 2, "%zu", r.length);
    CHECK(strcmp(r.funid, "N04.00.00.01") == 0 && strcmp(r.certificate, "01") == 0, "%s %s",
          r.funid, r.certificate);
    guarded_free(text, size);

    /* A character whose low byte is a digit is none. */
    text = widen("<funid>N04</funid><mdtrt_cert_type>01</mdtrt_cert_type>", &size);
    text[2 * 7 + 1] = '\x4E';
    request_look(&r, text, "", 0);
    CHECK(r.funid[0] == '\0' && strcmp(r.certificate, "01") == 0, "%s %s", r.funid, r.certificate);
    guarded_free(text, size);

    /* Nothing is read behind the limit, where no NUL comes. */
    size = 2 * (MPS_REQUEST_MAX + 1);
    text = guarded_new(size);
    for (size_t i = 0; i < size; i += 2)
        memcpy(text + i, "a", 2);
    request_look(&r, text, "", 0);
    CHECK(r.charset == CHARSET_UTF16LE && r.length == MPS_REQUEST_MAX + 1, "%zu", r.length);
    guarded_free(text, size);
}

/* Both forms of each message say the same. */
static void test_messages(void)
{
    for (int m = 0; m < MESSAGE_COUNT; m++) {
        const struct message_text *message = message_text((enum message)m);
        char *gbk = utf8(message->gbk);
        char *wide = utf8_of_utf16((const char *)message->utf16);
        CHECK(strcmp(gbk, wide) == 0, "message %d: %s and %s", m, gbk, wide);
        free(wide);
        free(gbk);
    }
}

/* At each capacity the longest form that fits, and never a byte more. */
static void test_faults(void)
{
    struct fault fault = {.message = MESSAGE_REFUSED, .numbers = {7936, 0}};
    size_t size;
    char *text = widen(REQUEST("03"), &size);
    char narrow[1024];
    char full[2048];
    struct request r;

    request_look(&r, REQUEST("03"), "", 0);
    answer_fault(&r, fault, narrow, sizeof narrow);
    request_look(&r, text, "", 0);
    CHECK(answer_fault(&r, fault, full, sizeof full) == 0, "full");
    char *same = utf8(narrow);
    char *wide = utf8_of_utf16(full);
    CHECK(strcmp(wide, same) == 0, "%s", wide);
    free(wide);
    free(same);
    int needed = 2;
    while (full[needed - 2] != '\0' || full[needed - 1] != '\0')
        needed += 2;
    for (int capacity = 1; capacity <= needed + 3; capacity++) {
        char *resp = guarded_new((size_t)capacity);
        memset(resp, 'x', (size_t)capacity);
        int result = answer_fault(&r, fault, resp, capacity);
        CHECK(result == (capacity < needed ? needed : 0), "capacity %d: %d", capacity, result);
        int n = 0;
        while (n + 1 < capacity && (resp[n] != '\0' || resp[n + 1] != '\0'))
            n += 2;
        CHECK(capacity < 116 ? resp[0] == '\0' : answer_is_whole(CHARSET_UTF16LE, resp, (size_t)n),
              "capacity %d: %d bytes", capacity, n);
        for (int i = n + 2; i < capacity; i++)
            CHECK(resp[i] == 'x', "capacity %d: byte %d touched", capacity, i);
        guarded_free(resp, (size_t)capacity);
    }
    guarded_free(text, size);
}

static void test_whole(void)
{
    static const struct {
        const char *text;
        int whole;
    } cases[] = {
        {"<response></response>", 1},
        {"\n<?xml ?><response></response> ", 1},
        {"<response></response", 0},
        {"<html></html>", 0},
        {"", 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t size;
        char *body = widen(cases[i].text, &size);
        CHECK(answer_is_whole(CHARSET_UTF16LE, body, size - 2) == cases[i].whole, "%s",
              cases[i].text);
        CHECK(!answer_is_whole(CHARSET_UTF16LE, body, size), "%s with NUL", cases[i].text);
        CHECK(!answer_is_whole(CHARSET_UTF16LE, body + 1, size - 3), "%s, odd", cases[i].text);
        CHECK(!answer_is_whole(CHARSET_GBK, body, size - 2), "%s as GBK", cases[i].text);
        guarded_free(body, size);
    }
}

static struct {
    int utf16, capacity;
    size_t length;
    char start[8];
    int odd; /* answer with a byte too many */
} told;

/* The agent answers with as many units as fit, Chinese in the middle. */
static void answer(int socket, const struct seen *seen, void *argument)
{
    static const char tags[] = "<response></response>";
    size_t units = (size_t)seen->capacity / 2 - 1;
    char *body = calloc(units + 1, 2);

    (void)argument;
    told.utf16 = seen->utf16;
    told.capacity = seen->capacity;
    told.length = seen->length;
    memcpy(told.start, seen->body,
           seen->length < sizeof told.start ? seen->length : sizeof told.start);
    if (body == NULL)
        abort();
    for (size_t i = 0; i < units; i++) {
        if (i < 10)
            body[2 * i] = tags[i];
        else if (i + 11 >= units)
            body[2 * i] = tags[i + 21 - units];
        else
            memcpy(body + 2 * i, "\x2D\x4E", 2);
    }
    agent_reply(socket, body, 2 * units + (size_t)told.odd, 0);
    free(body);
}

/* The buffer tells its size in blanks of two bytes, up to a unit 0 at the very end of memory. */
static void test_blanks(void)
{
    size_t size;
    char *req = widen(REQUEST("01"), &size);

    for (size_t blanks = 0; blanks <= 1100; blanks++) {
        size_t capacity = blanks >= 64 ? 2 * blanks + 2 : CONFIGURED;
        char *resp = guarded_new(capacity);
        memset(resp, 'x', capacity);
        for (size_t i = 0; i < blanks && 2 * i < capacity; i++)
            memcpy(resp + 2 * i, " ", 2);
        if (2 * blanks + 2 <= capacity)
            memset(resp + 2 * blanks, 0, 2);
        int result = MPS_Call(req, resp);
        CHECK(result == 0 && told.utf16, "%zu blanks: %d", blanks, result);
        CHECK(told.capacity == (int)capacity, "%zu blanks: told %d", blanks, told.capacity);
        CHECK(answer_is_whole(CHARSET_UTF16LE, resp, capacity - 2), "%zu blanks", blanks);
        CHECK(resp[capacity - 2] == '\0' && resp[capacity - 1] == '\0', "%zu blanks", blanks);
        guarded_free(resp, capacity);
    }

    /* Blanks of one byte tell nothing to a UTF-16 caller, nor the other way round. */
    char *resp = guarded_new(CONFIGURED);
    memset(resp, ' ', CONFIGURED);
    resp[200] = '\0';
    CHECK(MPS_Call(req, resp) == 0 && told.capacity == CONFIGURED, "told %d", told.capacity);
    for (int i = 0; i < CONFIGURED; i += 2)
        memcpy(resp + i, i < 200 ? " " : "\0", 2);
    CHECK(MPS_Call((char[]){REQUEST("01")}, resp) == 0 && told.capacity == CONFIGURED &&
              !told.utf16,
          "told %d", told.capacity);
    guarded_free(resp, CONFIGURED);
    guarded_free(req, size);
}

static void test_calls(void)
{
    size_t size;
    char *req = widen(REQUEST("01"), &size);

    for (int capacity = 44; capacity < 300; capacity++) {
        char *resp = guarded_new((size_t)capacity);
        memset(resp, 'x', (size_t)capacity);
        int needed = MPS_CallEx(req, resp, capacity);
        size_t n = (size_t)capacity / 2 * 2 - 2;
        CHECK(needed == 0 && told.capacity == capacity, "%d: %d", capacity, needed);
        CHECK(told.length == size - 2 && memcmp(told.start, "<\0?\0x\0m", 8) == 0, "%zu",
              told.length);
        CHECK(answer_is_whole(CHARSET_UTF16LE, resp, n) && resp[n] == '\0' && resp[n + 1] == '\0',
              "%d", capacity);
        guarded_free(resp, (size_t)capacity);
    }

    /* Half a character is no answer, and one byte too many does not fit. */
    char resp[CONFIGURED];
    for (told.odd = -1; told.odd <= 1; told.odd += 2) {
        int needed = MPS_CallEx(req, resp, CONFIGURED);
        char *text = utf8_of_utf16(resp);
        CHECK(needed > CONFIGURED && strstr(text, "<result>-1</result><msg>") != NULL, "%d: %d %s",
              told.odd, needed, text);
        free(text);
    }
    told.odd = 0;
    guarded_free(req, size);
}

/* What a caller may also pass: a byte order mark, a lone surrogate, far too much. */
static void test_odd_requests(void)
{
    static char resp[4096];
    size_t size = 2 * (MPS_REQUEST_MAX + 1);
    char *req = guarded_new(size);

    for (size_t i = 0; i < size; i += 2)
        memcpy(req + i, "a", 2);
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0, "too long");
    char *text = utf8_of_utf16(resp);
    CHECK(strstr(text, "64KB") != NULL, "%s", text);
    free(text);
    memset(req + size - 2, 0, 2); /* as long as can be */
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0 && told.length == 2 * MPS_REQUEST_MAX, "%zu",
          told.length);
    guarded_free(req, size);

    static const char mark[] = "\xFF\xFE<\0r\0\0\0";
    req = guarded_new(8);
    memcpy(req, mark, 8);
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0 && told.length == 6 && told.utf16, "mark: %zu",
          told.length);
    memcpy(req, "<\0r\0\0\xD8\0\0", 8);
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0 && told.length == 6 && told.utf16,
          "surrogate: %zu", told.length);
    guarded_free(req, 8);

    /* A Chinese character first shows the charset; what shows nothing is as its buffer has it. */
    static const char chinese[] = "\x2D\x4E<\0r\0\0\0";
    req = guarded_new(8);
    memcpy(req, chinese, 8);
    memset(resp, 'x', sizeof resp);
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0 && told.length == 6 && told.utf16, "Chinese: %zu",
          told.length);
    guarded_free(req, 8);
    req = guarded_new(2);
    memset(req, 0, 2);
    for (int wide = 0; wide < 2; wide++) {
        memset(resp, '\0', sizeof resp);
        for (int i = 0; i < 2 * 1024; i += 1 + wide)
            resp[i] = ' ';
        CHECK(MPS_Call(req, resp) == 0 && told.length == 0 && told.utf16 == wide, "nothing: %zu",
              told.length);
        CHECK(told.capacity == 2048 + 1 + wide, "nothing: told %d", told.capacity);
        CHECK(resp[0] == '<' && (resp[1] == '\0') == wide, "nothing: %s", resp);
    }
    guarded_free(req, 2);

    req = guarded_new(2);
    memcpy(req, "<", 2);
    CHECK(MPS_CallEx(req, resp, sizeof resp) == 0 && told.length == 1 && !told.utf16,
          "one character: %zu", told.length);
    guarded_free(req, 2);
}

int main(void)
{
    struct agent *a = agent_start(1, 0, answer, NULL);
    char number[16];

    user_new();
    snprintf(number, sizeof number, "%d", agent_port(a));
    setenv("MPS_CLIENT_PORT", number, 1);
    snprintf(number, sizeof number, "%d", CONFIGURED);
    setenv("MPS_CLIENT_CAPACITY", number, 1);
    test_charset();
    test_charset_of_buffer();
    test_look();
    test_messages();
    test_faults();
    test_whole();
    test_blanks();
    test_calls();
    test_odd_requests();
    agent_stop(a);
    user_free();
    return check_end("utf16_test");
}
