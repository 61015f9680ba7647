/*
 * bcryptprimitives.dll, which Windows has since 7 and Wine 8 lacks. Go programs load it when they
 * start, for this one function: random bytes, as advapi32's RtlGenRandom (SystemFunction036) makes
 * them.
 */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID data, ULONG size);
BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size);

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    return SystemFunction036(data, (ULONG)size);
}
