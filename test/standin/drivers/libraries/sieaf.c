/* Stand-in for sieafstandard.dll. What it does is chosen by the funid of the
 * input, which it looks up as text. */
#include <stdio.h>
#include <string.h>

#include "standin.h"

#define LIN "\xC1\xD6\xD0\xA1\xC2\xFA" /* 林小满 */
#define DATA "{\"aac002\":\"35058219720630061X\",\"aaz500\":\"D12345678\",\"aac003\":\"" LIN "\",\"aaz501\":\"350000D15600000512345678ABCDEF01\"}"

static int asked(const char *input, const char *funid) {
    char member[64];
    sprintf(member, "\"funid\":\"%s\"", funid);
    return strstr(input, member) != NULL;
}

EXPORT int CALL business_handle(char *input, int outputlen, char *output, char *errmsg) {
    if (outputlen < 20000)
        return strcpy(errmsg, "outputlen"), -1;
    if (!strstr(input, "\"usr\":\"\xC3\xC5\xD5\xEF\"")) /* 门诊 */
        return strcpy(errmsg, "\xD3\xC3\xBB\xA7\xB4\xED\xCE\xF3"), -1; /* 用户错误 */
    if (asked(input, "read"))
        return strcpy(output, "{\"traceid\":\"1\",\"flag\":\"1\",\"cause\":\"\",\"data\":" DATA "}"), 0;
    if (asked(input, "read-string")) /* data as a string */
        return strcpy(output, "{\"traceid\":\"1\",\"flag\":\"1\",\"cause\":null,\"data\":\"{\\\"aac002\\\":\\\"35058219720630061X\\\"}\"}"), 0;
    if (asked(input, "refuse")) /* 未插卡，证号… */
        return strcpy(output, "{\"traceid\":\"1\",\"flag\":\"0\",\"cause\":\"\xCE\xB4\xB2\xE5\xBF\xA8\xA3\xAC\xD6\xA4\xBA\xC5" "35058219720630061X\",\"data\":null}"), 1;
    if (asked(input, "refuse-apart")) /* 未放卡 */
        return strcpy(errmsg, "\xCE\xB4\xB7\xC5\xBF\xA8\r\n"), strcpy(output, "{\"flag\":\"0\",\"cause\":\"\",\"data\":null}"), 0;
    if (asked(input, "say-nothing-else"))
        return strcpy(errmsg, "\xCE\xB4\xB7\xC5\xBF\xA8"), 0;
    if (asked(input, "say-nothing"))
        return 0;
    if (asked(input, "cut"))
        return strcpy(output, "{\"traceid\":\"1\",\"flag\":\"1\",\"data\":{\"aac002\":\"350582"), 0;
    return memset(output, 0x81, (size_t)outputlen), 0;
}
