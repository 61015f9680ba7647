/* A library that writes to descriptors that are not its own: answers as the host
 * expects them of a call, with numbers that are guessed. They hold the card of
 * the call before, which would then be that of the patient before. */
#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "standin.h"

#define FUNCTION(name) EXPORT int CALL name(int type, char *out)

/* 林小满 and 苏晓雯. */
static const char *const cards[] = {
    "350000|35058219720630061X|D12345678|350000D15600000512345678ABCDEF01|\xC1\xD6\xD0\xA1\xC2\xFA|00814A444686603500005700AB|2.00|20150612|20250612|",
    "350000|350102198811170025|D87654321|350000D15600000587654321ABCDEF02|\xCB\xD5\xCF\xFE\xF6\xA9|00814A444686603500005700CD|2.00|20150612|20250612|",
};

static int last; /* the index of the card read last */

static int answer(int type, char *out) {
    last = type == 2;
    strcpy(out, cards[last]);
    return 0;
}

static void base64(char *out, const char *in) {
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t n = strlen(in); n; in += 3, n -= n > 3 ? 3 : n) {
        unsigned char b[3] = {(unsigned char)in[0], n > 1 ? (unsigned char)in[1] : 0, n > 2 ? (unsigned char)in[2] : 0};
        *out++ = digits[b[0] >> 2];
        *out++ = digits[(b[0] & 3) << 4 | b[1] >> 4];
        *out++ = n > 1 ? digits[(b[1] & 15) << 2 | b[2] >> 6] : '=';
        *out++ = n > 2 ? digits[b[2] & 63] : '=';
    }
    *out = 0;
}

/* Makes the frame of an answer with the last card, as driverhost/frame.go has it. */
static size_t frame(unsigned char *out, unsigned number) {
    char outputs[512];
    base64(outputs, cards[last]);
    int n = sprintf((char *)out + 12, "{\"result\":{\"int\":0,\"outputs\":[\"%s\"]}}", outputs);
    memset(out, 0, 12);
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(number >> 8 * i);
        out[8 + i] = (unsigned char)((unsigned)n >> 8 * i);
    }
    return 12 + (size_t)n;
}

/* Writes frames to the descriptors from 0 to below end. */
static void write_frames(int end) {
    unsigned char guess[1024];
    for (unsigned number = 0; number < 4; number++) {
        size_t n = frame(guess, number);
        for (int i = 0; i < end; i++) {
#ifdef _WIN32
            DWORD written; /* handles are multiples of four */
            WriteFile((HANDLE)((size_t)i * 4), guess, (DWORD)n, &written, NULL);
#else
            if (write(i, guess, n) < 0)
                continue;
#endif
        }
    }
}

/* Writes frames to the far ends of pipes, too, of which this process holds only
 * the near ones. */
static void write_everywhere(void) {
    write_frames(4096);
#ifndef _WIN32
    for (int i = 3; i < 4096; i++) {
        struct stat s;
        char path[32];
        if (fstat(i, &s) || !S_ISFIFO(s.st_mode))
            continue;
        sprintf(path, "/proc/self/fd/%d", i);
        int other = open(path, O_WRONLY | O_NONBLOCK);
        unsigned char guess[1024];
        if (other < 0 || write(other, guess, frame(guess, 1)) < 0)
            continue;
        close(other);
    }
#endif
}

/* The function as it should be. */
FUNCTION(write_nothing) { return answer(type, out); }

/* Writes during its call where a careless library does. */
FUNCTION(write_low) { return write_frames(256), answer(type, out); }

FUNCTION(write_during) { return write_everywhere(), answer(type, out); }

/* Writes when its call is over. Before it answers, it lets the writing of the
 * call before come to its end. */
#ifdef _WIN32
static DWORD WINAPI later(LPVOID unused) {
    (void)unused;
    Sleep(50);
    write_everywhere();
    return 0;
}

FUNCTION(write_after) {
    static HANDLE thread;
    if (thread)
        WaitForSingleObject(thread, INFINITE);
    answer(type, out);
    thread = CreateThread(NULL, 0, later, NULL, 0, NULL);
    return 0;
}
#else
static void *later(void *unused) {
    usleep(50000);
    write_everywhere();
    return unused;
}

FUNCTION(write_after) {
    static pthread_t thread;
    static int started;
    if (started)
        pthread_join(thread, NULL);
    answer(type, out);
    started = !pthread_create(&thread, NULL, later, NULL);
    return 0;
}
#endif

/* With LOADING, it writes before its first call, too. */
#ifdef LOADING
#ifdef _WIN32
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved) {
    (void)self, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        write_everywhere();
    return TRUE;
}
#else
__attribute__((constructor)) static void load(void) { write_everywhere(); }
#endif
#endif
