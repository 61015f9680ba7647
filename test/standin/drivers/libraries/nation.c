/* Stand-in for NationECCode.dll. What it does is chosen by the end of the
 * centre's address. */
#include <stdio.h>
#include <string.h>

#include "standin.h"

/* 林小满 */
#define DATA_(q) "{" q "idNo" q ":" q "35058219720630061X" q "," q "idType" q ":" q "01" q "," q "userName" q ":" q "\xC1\xD6\xD0\xA1\xC2\xFA" q "," q "ecToken" q ":" q "35000000000000000000000000000000ABCDEF" q "}"

static int ends(const char *url, const char *end) {
    size_t n = strlen(url), m = strlen(end);
    return n >= m && !strcmp(url + n - m, end);
}

EXPORT const char *CALL NationEcTrans(const char *url, const char *request, char *out) {
    static char status[16];
    strcpy(status, "0000");
    /* "林" as operator and the institution, twice: otherwise 请求有误. */
    const char *first = strstr(request, "\"orgId\":\"H35010000001\"");
    if (!first || !strstr(first + 1, "\"orgId\":\"H35010000001\"") || !strstr(request, "\"transType\":\"ec.query\"") ||
        !strstr(request, "\"operatorName\":\"\xC1\xD6\""))
        return strcpy(out, "\xC7\xEB\xC7\xF3\xD3\xD0\xCE\xF3"), "9999";
    if (ends(url, "/object"))
        strcpy(out, "{\"code\":0,\"message\":\"\xB3\xC9\xB9\xA6\",\"data\":" DATA_("\"") ",\"orgId\":\"H35010000001\"}");
    else if (ends(url, "/string"))
        strcpy(out, "{\"code\":\"0\",\"message\":null,\"data\":\"" DATA_("\\\"") "\"}");
    else if (ends(url, "/refusal")) /* 结算支付码已过期 */
        strcpy(out, "{\"code\":40004,\"message\":\"\xBD\xE1\xCB\xE3\xD6\xA7\xB8\xB6\xC2\xEB\xD2\xD1\xB9\xFD\xC6\xDA\",\"data\":null}");
    else if (ends(url, "/refusal-failed"))
        strcpy(out, "{\"code\":40004,\"message\":\"expired\",\"data\":null}"), strcpy(status, "-1");
    else if (ends(url, "/failure")) /* 扫码超时 35058219720630061X */
        strcpy(out, "\xC9\xA8\xC2\xEB\xB3\xAC\xCA\xB1" "35058219720630061X"), strcpy(status, "1001");
    else if (ends(url, "/padded")) /* with a full-width blank */
        strcpy(out, "{\"code\":0}\r\n"), strcpy(status, "0000 \xA1\xA1\r\n");
    else if (ends(url, "/silent"))
        return NULL;
    else if (ends(url, "/cut"))
        strcpy(out, "{\"code\":0,\"data\":{\"userName\":\"\xC1\xD6");
    else if (ends(url, "/code")) /* the caller's code comes along */
        strcpy(out, strstr(request, "\"ecQrCode\":\"9000000000000000000001350200\"") ? "{\"code\":0}" : "{\"code\":1}");
    else if (ends(url, "/full")) { /* to the last of 20480 bytes but for the NUL */
        memset(out, ' ', 20479);
        memcpy(out, "{\"code\":0}", 10);
    } else if (ends(url, "/endless")) {
        memset(status, '0', sizeof status);
        memset(out, 'x', 20479);
    } else if (ends(url, "/hang"))
        for (volatile int i = 0;;)
            i = i + 1;
    else if (ends(url, "/crash"))
        *(volatile int *)16 = 1;
    return status;
}
