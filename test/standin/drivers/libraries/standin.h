/* What the stand-ins for vendors' libraries share: how functions are exported
 * and called, on Linux and on Windows. */
#ifndef STANDIN_H
#define STANDIN_H

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#if defined(_WIN32) && defined(STDCALL)
#define CALL __stdcall
#else
#define CALL
#endif

#endif
