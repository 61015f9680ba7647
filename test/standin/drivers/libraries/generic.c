/* Relatives of iReadCardBas with interfaces of their own. */
#include <stdio.h>
#include <string.h>

#include "standin.h"

/* A buffer for each field; cdecl or stdcall, five arguments, 1 for success. */
EXPORT int CALL ReadParts(int port, char *id, char *name, char *number, char *code) {
    if (port != 1001)
        return -port;
    strcpy(id, "35058219720630061X");
    strcpy(name, "\xC1\xD6\xD0\xA1\xC2\xFA"); /* 林小满 */
    strcpy(number, "D12345678");
    strcpy(code, "350000d15600000512345678abcdef01");
    return 1;
}

/* JSON, in a buffer of which the size goes in and out. */
EXPORT const char *CALL ReadJSON(const char *device, char *out, int *size) {
    const char *json = "{\"result\":[{\"who\":{\"id\":\"35058219720630061X\",\"name\":\"\xC1\xD6\xD0\xA1\xC2\xFA\"}}],\"card\":12345678}";
    if (strcmp(device, "COM1"))
        return strcpy(out, "\xC9\xE8\xB1\xB8\xB4\xED\xCE\xF3"), "E1"; /* 设备错误 */
    if (*size != 2048)
        return "E2";
    *size = (int)strlen(json);
    strcpy(out, json);
    return "OK";
}
