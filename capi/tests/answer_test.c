/* The library's own error answers, and its look at the agent's. */
#define _GNU_SOURCE /* strnlen */
#include "answer.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER(funid, msg)                                                                         \
    "<?xml version=\"1.0\" encoding=\"GBK\" ?>\n<response>\n    <Header>\n        " funid          \
    "\n        <sign>0000000000000000</sign>\n        <result>-1</result>\n        "               \
    "<msg>" msg "</msg>\n    </Header>\n    <Body>\n"
#define OF(funid, body) "<request><Header>" funid "</Header><Body>" body "</Body></request>"
#define END             "    </Body>\n</response>"
#define TIMEOUT                                                                                    \
    "等待读卡服务应答超时：请检查卡片和读卡器后重试，"                     \
    "仍不行请重新启动 mps agent 或联系信息科（时限65000毫秒）"
#define LONG "请求报文超过64KB：请软件厂商检查请求报文"

/* The whole answer, in the form of the specification's error samples; the fields of its Body are
 * those of the function and the certificate, none where either is unknown; a funid that cannot be
 * seen may be any. The test's strings are
 * GBK as the library's are: both are compiled alike, and test_messages decodes them. */
static void test_forms(void)
{
    static const struct {
        const char *request;
        struct fault fault;
        const char *want;
    } cases[] = {
        {REQUEST("03"),
         {.message = MESSAGE_ANSWER_TIMEOUT, .numbers = {65000, 0}},
         HEADER("<funid>N04.00.00.01</funid>",
                TIMEOUT) "        <idcard_no/>\n        <card_no/>\n"
                         "        <name/>\n        <card_code/>\n" END},
        {REQUEST("01"),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid>N04.00.00.01</funid>", LONG) "        <out_put></out_put>\n" END},
        {REQUEST("02"),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid>N04.00.00.01</funid>", LONG) END},
        {OF("<funid>N04.00.00.01</funid>", ""),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid>N04.00.00.01</funid>", LONG) END},
        {OF("<funid>N04.00.00.02</funid>", "<mdtrt_cert_type>03</mdtrt_cert_type>"),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid>N04.00.00.02</funid>", LONG) END},
        {OF("<funid>N04.00.00.0</funid>", "<mdtrt_cert_type>01</mdtrt_cert_type>"),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid>N04.00.00.0</funid>", LONG) END},
        {OF("<funid><![CDATA[N04.00.00.01]]></funid>", "<mdtrt_cert_type>01</mdtrt_cert_type>"),
         {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}},
         HEADER("<funid/>", LONG) "        <out_put></out_put>\n" END},
        {"", {.message = MESSAGE_REQUEST_LENGTH, .numbers = {0, 0}}, HEADER("<funid/>", LONG) END},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request r;
        char resp[2048];
        memset(resp, 'x', sizeof resp);
        request_look(&r, cases[i].request, "", 0);
        int needed = answer_fault(&r, cases[i].fault, resp, sizeof resp);
        size_t n = strlen(cases[i].want);
        CHECK(needed == 0, "case %zu: %d", i, needed);
        CHECK(strcmp(resp, cases[i].want) == 0, "case %zu:\n%s\n", i, resp);
        CHECK(answer_is_whole(CHARSET_GBK, resp, n), "case %zu", i);
        CHECK(resp[n + 1] == 'x', "case %zu: a byte behind the NUL", i);
    }
}

/* Every message is GBK, without markup, not too long for the smallest buffers of the field. */
static void test_messages(void)
{
    static const struct reason reason = {5, "第2行"};

    for (int m = 1; m < MESSAGE_COUNT; m++) {
        struct request r;
        char resp[1024];
        request_look(&r, REQUEST("03"), "", 0);
        CHECK(message_text((enum message)m)->gbk != NULL, "message %d is missing", m);
        struct fault fault = {(enum message)m, {600000, 600000}, &reason};
        int needed = answer_fault(&r, fault, resp, sizeof resp);
        char *text = utf8(resp);
        char *msg = strstr(text, "<msg>");
        CHECK(needed == 0, "message %d needs %d", m, needed);
        CHECK(msg != NULL && strpbrk(msg + 5, "&%$") == NULL, "message %d: %s", m, text);
        CHECK(msg != NULL && strchr(msg + 5, '<') == strstr(msg, "</msg>"), "message %d", m);
        free(text);
    }
}

/* At each capacity the longest form that fits, and never a byte more. */
static void test_capacities(void)
{
    struct request r;
    struct fault fault = {.message = MESSAGE_REFUSED, .numbers = {7936, 0}};
    char full[1024];
    char bare[] = "<response><Header><result>-1</result></Header></response>";

    request_look(&r, REQUEST("03"), "", 0);
    answer_fault(&r, fault, full, sizeof full);
    int size = (int)strlen(full) + 1;
    for (int capacity = 1; capacity <= size + 2; capacity++) {
        char *resp = guarded_new((size_t)capacity);
        memset(resp, 'x', (size_t)capacity);
        int needed = answer_fault(&r, fault, resp, capacity);
        size_t n = strnlen(resp, (size_t)capacity);
        CHECK(n < (size_t)capacity, "capacity %d: no NUL", capacity);
        for (int i = (int)n + 1; i < capacity; i++)
            CHECK(resp[i] == 'x', "capacity %d: byte %d touched", capacity, i);
        if (capacity >= size)
            CHECK(needed == 0 && strcmp(resp, full) == 0, "capacity %d", capacity);
        else if (capacity <= (int)strlen(bare))
            CHECK(needed == size && resp[0] == '\0', "capacity %d: %s", capacity, resp);
        else
            CHECK(needed == size && answer_is_whole(CHARSET_GBK, resp, n) &&
                      (strcmp(resp, bare) == 0 || strstr(resp, "</msg></Header>") != NULL),
                  "capacity %d: %d %s", capacity, needed, resp);
        guarded_free(resp, (size_t)capacity);
    }
}

static void test_whole(void)
{
    static const struct {
        const char *body;
        size_t n;
        int whole;
    } cases[] = {
#define BODY(text) text, sizeof text - 1
        {BODY("<response></response>"), 1},
        {BODY("<?xml version=\"1.0\"?><response>\xD6\xD0</response>"), 1},
        {BODY(" \r\n\t<response></response>\n "), 1},
        {BODY(""), 0},
        {BODY(" \n"), 0},
        {BODY("<"), 0},
        {BODY("</response>"), 0},
        {BODY("<response>"), 0},
        {BODY("<response></response"), 0},
        {BODY("<response></response>x"), 0},
        {BODY("x<response></response>"), 0},
        {BODY("<html></html>"), 0},
        {BODY("<response>\0</response>"), 0},
        {BODY("<response></response>\0"), 0},
        {BODY("{\"a\":\"</response>\"}"), 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char *body = guarded_new(cases[i].n);
        memcpy(body, cases[i].body, cases[i].n);
        CHECK(answer_is_whole(CHARSET_GBK, body, cases[i].n) == cases[i].whole, "%s",
              cases[i].body);
        guarded_free(body, cases[i].n);
    }
}

int main(void)
{
    test_forms();
    test_messages();
    test_capacities();
    test_whole();
    return check_end("answer_test");
}
