/* Reading mps_client.ini. That it is found beside the library is load_test's business. */
#include "check.h"
#include "config.h"
#include <string.h>

#define DEFAULTS 2048, 0, 65000, 1

static void test_parse(void)
{
    static const struct {
        const char *text;
        size_t n;
        int line; /* 0 good, else the first bad line */
        int capacity, port, timeout_ms, autostart;
    } cases[] = {
#define TEXT(text) text, sizeof text - 1
        {TEXT(""), 0, DEFAULTS},
        {TEXT("\xEF\xBB\xBF"), 0, DEFAULTS},
        {TEXT("\n\r\n \t\n"), 0, DEFAULTS},
        {TEXT("capacity = 8192\nport=7000\ntimeout_ms\t=\t30000\n"), 0, 8192, 7000, 30000, 1},
        {TEXT("\xEF\xBB\xBF[mps]\r\n; \xD7\xA2\xCA\xCD = x\r\n# c\r\nPort = 1\r\n"), 0, 2048, 1,
         65000, 1},
        {TEXT("capacity=1048576 ; the largest\nport=65535#last"), 0, 1048576, 65535, 65000, 1},
        {TEXT("  capacity  =  0000064  "), 0, 64, 0, 65000, 1},
        {TEXT("timeout_ms=100\n[other section]\ncapacity=65"), 0, 65, 0, 100, 1},
        {TEXT("timeout_ms=600000"), 0, 2048, 0, 600000, 1},
        {TEXT("AutoStart = 0"), 0, 2048, 0, 65000, 0},
        {TEXT("autostart = 1"), 0, DEFAULTS},

        {TEXT("capacity"), 1, DEFAULTS},
        {TEXT("= 1"), 1, DEFAULTS},
        {TEXT("\n\nsize = 5\n"), 3, DEFAULTS},
        {TEXT("capacity =\n"), 1, DEFAULTS},
        {TEXT("capacity = 63\n"), 1, DEFAULTS},
        {TEXT("capacity = 1048577\n"), 1, DEFAULTS},
        {TEXT("capacity = 99999999999999999999\n"), 1, DEFAULTS},
        {TEXT("capacity = 2K\n"), 1, DEFAULTS},
        {TEXT("capacity = -1\n"), 1, DEFAULTS},
        {TEXT("capacity = 0x400\n"), 1, DEFAULTS},
        {TEXT("capacity = \"2048\"\n"), 1, DEFAULTS},
        {TEXT("capacity = 20 48\n"), 1, DEFAULTS},
        {TEXT("capacity == 2048\n"), 1, DEFAULTS},
        {TEXT("port = 0\n"), 1, DEFAULTS},
        {TEXT("port = 65536\n"), 1, DEFAULTS},
        {TEXT("timeout_ms = 99"), 1, DEFAULTS},
        {TEXT("timeout_ms = 600001"), 1, DEFAULTS},
        {TEXT("port = 7000\nPORT = 7000\n"), 2, 2048, 7000, 65000, 1},
        {TEXT("autostart = 2\n"), 1, DEFAULTS},
        {TEXT("autostart = yes\n"), 1, DEFAULTS},
        {TEXT("[open\n"), 1, DEFAULTS},
        {TEXT("capacity: 2048\n"), 1, DEFAULTS},
        {TEXT("port = 7000\0\n"), 1, DEFAULTS},
        {TEXT("\0"), 1, DEFAULTS},
        {TEXT("\xFF\xFEp\0o\0r\0t\0"), 1, DEFAULTS},
        {TEXT("\n\xEF\xBB\xBFport=1"), 2, DEFAULTS},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config c = config_default();
        char *text = guarded_new(cases[i].n);
        memcpy(text, cases[i].text, cases[i].n);
        int line = config_parse(&c, text, cases[i].n);
        CHECK(line == cases[i].line, "case %zu %s: line %d", i, cases[i].text, line);
        CHECK(c.capacity == cases[i].capacity && c.port == cases[i].port &&
                  c.timeout_ms == cases[i].timeout_ms && c.autostart == cases[i].autostart,
              "case %zu %s: %d %d %d %d", i, cases[i].text, c.capacity, c.port, c.timeout_ms,
              c.autostart);
        guarded_free(text, cases[i].n);
    }
}

int main(void)
{
    test_parse();
    return check_end("config_test");
}
