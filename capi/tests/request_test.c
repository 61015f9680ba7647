/* The library's look at requests. */
#include "check.h"
#include "mps_client.h"
#include "request.h"
#include <stddef.h>
#include <string.h>

static void test_look(void)
{
#define F32 "abcdefghijklmnopqrstuvwxyz012345"
    static const struct {
        const char *request, *funid, *certificate;
    } cases[] = {
        {"<funid>N04.00.00.01</funid><mdtrt_cert_type>01</mdtrt_cert_type>", "N04.00.00.01", "01"},
        {"<funid> \r\n\tN04 </funid><mdtrt_cert_type> 03 </mdtrt_cert_type>", "N04", "03"},
        {"<funid>" F32 "</funid>", F32, ""},
        {"<funid>" F32 "6</funid><mdtrt_cert_type>031</mdtrt_cert_type>", "", ""},
        {"<funid></funid><mdtrt_cert_type></mdtrt_cert_type>", "", ""},
        {"<funid/>", "", ""},
        {"<funid>N04&amp;</funid>", "", ""},
        {"<funid>N04</b></funid>", "", ""},
        {"<funid>\xD6\xD0</funid>", "", ""},
        {"<funid>N04", "", ""},
        {"<funid>N04</funid", "", ""},
        {"<funid>", "", ""},
        {"<funid", "", ""},
        {"", "", ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t size = strlen(cases[i].request) + 1;
        char *text = guarded_new(size);
        struct request r;
        memcpy(text, cases[i].request, size);
        request_look(&r, text, "", 0);
        CHECK(r.length == size - 1, "%s: %zu", text, r.length);
        CHECK(strcmp(r.funid, cases[i].funid) == 0, "%s: %s", text, r.funid);
        CHECK(strcmp(r.certificate, cases[i].certificate) == 0, "%s: %s", text, r.certificate);
        guarded_free(text, size);
    }
}

/* Nothing is read behind the limit, where a caller without a NUL would have us fault. */
static void test_long_request(void)
{
    size_t size = MPS_REQUEST_MAX + 1;
    char *text = guarded_new(size);
    struct request r;

    memset(text, 'a', size);
    request_look(&r, text, "", 0);
    CHECK(r.length == size, "%zu", r.length);
    text[MPS_REQUEST_MAX] = '\0';
    request_look(&r, text, "", 0);
    CHECK(r.length == MPS_REQUEST_MAX, "%zu", r.length);
    guarded_free(text, size);
}

int main(void)
{
    test_look();
    test_long_request();
    return check_end("request_test");
}
