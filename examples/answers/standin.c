/*
 * A client library that answers what a test wants: MPS_Call gives the bytes of the file that
 * the environment variable MPS_ANSWER names. It returns 1, and answers nothing, when there is no
 * such file, and 2 when resp does not tell its size by blanks or is too small: the examples have
 * to fill their buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define API __declspec(dllexport) __stdcall
#else
#define API
#endif

int API MPS_Call(char *req, char *resp)
{
    const char *name = getenv("MPS_ANSWER");
    FILE *file = name == NULL ? NULL : fopen(name, "rb");
    size_t capacity = strspn(resp, " "), size;

    (void)req;
    if (file == NULL)
        return 1;
    if (capacity < 64 || resp[capacity] != '\0') {
        fclose(file);
        return 2;
    }
    size = fread(resp, 1, capacity, file);
    fclose(file);
    resp[size] = '\0';
    return size == capacity ? 2 : 0;
}
