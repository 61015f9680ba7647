/*
 * blanks REQUEST N [wide]: PowerBuilder's Space(N): N blanks and a NUL, right before a page that
 * nobody may touch. With "wide", request, blanks and answer are UTF-16LE.
 */
#include "host.h"
#include <string.h>

enum { FRONT = 64, COLOUR = 0xC5 };

/* fill writes n blanks and a NUL of so many bytes each. */
static void fill(char *resp, size_t n, size_t width)
{
    size_t i;

    memset(resp, 0, (n + 1) * width);
    for (i = 0; i < n; i++)
        resp[i * width] = ' ';
}

/* length returns the characters before the NUL, n if there is none within n. */
static size_t length(const char *text, size_t n, size_t width)
{
    static const char nul[2];
    size_t i = 0;

    while (i < n && memcmp(text + i * width, nul, width) != 0)
        i++;
    return i;
}

int main(int argc, char **argv)
{
    mps_call call = load_library(NULL);
    size_t width, n, i;
    char *front, *resp, *req;

    expect(argc == 3 || (argc == 4 && strcmp(argv[3], "wide") == 0), "two arguments, or wide");
    width = argc == 4 ? 2 : 1;
    n = (size_t)number(argv[2]);
    req = read_request(argv[1], width);
    front = before_guard(FRONT + (n + 1) * width);
    resp = front + FRONT;
    memset(front, COLOUR, FRONT);
    fill(resp, n, width);

    expect(call(req, resp) == 0, "MPS_Call returning 0");
    expect(length(resp, n + 1, width) <= n, "an answer that ends");
    for (i = 0; i < FRONT; i++)
        expect((unsigned char)front[i] == COLOUR, "nothing written before the buffer");
    print(resp, length(resp, n, width) * width);
    return 0;
}
