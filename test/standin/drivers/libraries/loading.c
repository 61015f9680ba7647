/* A library that never gets loaded: it crashes, or hangs, while it is. */
#include "standin.h"

EXPORT int CALL never(int type, char *out) { return (void)type, (void)out, 0; }

#ifdef HANG
static void start(void) {
    for (volatile int i = 0;;)
        i = i + 1;
}
#else
static void start(void) { *(volatile int *)16 = 1; }
#endif

#ifdef _WIN32
#include <windows.h>
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved) {
    (void)self, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        start();
    return TRUE;
}
#else
__attribute__((constructor)) static void load(void) { start(); }
#endif
