#include "charset.h"
#include "platform.h"

enum charset charset_of(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    if (at[0] == 0xFF && at[1] == 0xFE)
        at += 2;
    if (at[0] == 0 || at[1] != 0)
        return CHARSET_GBK;
    /* "<" and a NUL: GBK ends here, and with it perhaps the memory. */
    if (!platform_can_read(at + 2, 2))
        return CHARSET_GBK;
    return at[2] != 0 && at[3] == 0 ? CHARSET_UTF16LE : CHARSET_GBK;
}
