/* Stand-in for SSCardDriver.dll: every export has the form of iReadCardBas and
 * shows one thing that such libraries do. The people are invented. Text is GBK,
 * in escapes where it is not ASCII. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#define chdir(path) (!SetCurrentDirectoryA(path))
#else
#include <signal.h>
#include <unistd.h>
#endif

#include "standin.h"

#define REGION "350000|"
#define HOLDER(name) "35058219720630061X|D12345678|350000D15600000512345678ABCDEF01|" name "|"
#define CARD "00814A444686603500005700AB|2.00|20150612|20250612|"
#define LIN "\xC1\xD6\xD0\xA1\xC2\xFA" /* 林小满 */

#define FUNCTION(name) EXPORT int CALL name(int type, char *out)

static int answer(char *out, const char *text, int code) {
    strcpy(out, text);
    return code;
}

/* The function as it should be. */
FUNCTION(iReadCardBas) {
    if (type < 1 || type > 4)
        return answer(out, "\xB2\xCE\xCA\xFD\xB4\xED\xCE\xF3", -14); /* 参数错误 */
    return answer(out, REGION HOLDER(LIN) CARD "350000123456|350000000001|", 0);
}

FUNCTION(read9) { return (void)type, answer(out, REGION HOLDER(LIN) CARD "350000123456|", 0); }
FUNCTION(read8) { return (void)type, answer(out, REGION HOLDER(LIN) CARD, 0); }
FUNCTION(read_unended) { return (void)type, answer(out, REGION HOLDER(LIN) "00814A44|2.00|20150612|20250612", 0); }
FUNCTION(read_blank) { return (void)type, answer(out, REGION "||350000D15600000512345678ABCDEF01||" CARD, 0); }
FUNCTION(read_nothing) { return (void)type, (void)out, 0; }
FUNCTION(read_short) { return (void)type, answer(out, "350000|35058219720630061X|", 0); }

/* 林, a user-defined character (U+E000) and 𠮷, which only GB18030 has. */
FUNCTION(read_rare) { return (void)type, answer(out, REGION HOLDER("\xC1\xD6\xAA\xA1\x95\x34\xB2\x35") CARD, 0); }
/* 林億: the second byte of 億 is the separator. */
FUNCTION(read_bar) { return (void)type, answer(out, REGION HOLDER("\xC1\xD6\x83\x7C") CARD, 0); }
/* Half a character, which takes the separator for its second half. */
FUNCTION(read_half) { return (void)type, answer(out, REGION HOLDER("\xC1\xD6\xD0") CARD, 0); }

FUNCTION(read_half_noreset) { return (void)type, answer(out, REGION HOLDER("\xC1\xD6\xD0") "|2.00|20150612|20250612|", 0); }

/* Fails with the code that it is given as type. */
FUNCTION(fail) { return *out = 0, type; }
/* The same, with a reason that repeats an identity number: 卡号…无效. */
FUNCTION(fail_reason) { return answer(out, "\xBF\xA8\xBA\xC5" "35058219720630061X" "\xCE\xDE\xD0\xA7", type); }
/* The same, with what it has read so far. */
FUNCTION(fail_record) { return answer(out, REGION HOLDER(LIN), type); }
/* The same, with bytes that are no text. */
FUNCTION(fail_garbage) { return answer(out, "\xFF\xFE\x01", type); }

/* Reading with a security module. The second step takes what that makes of the first,
 * in the same process. */
#define FIRST_STEP "350000|00814A444686603500005700AB|03|350000D15600000512345678ABCDEF01|0011223344556677|8899AABBCCDDEEFF|FFEEDDCCBBAA9988|7766554433221100|"
#define KEY "00112233445566778899AABBCCDDEEFF|FFEEDDCCBBAA99887766554433221100|"

static int first_step_made;

FUNCTION(iReadCardBas_HSM_Step1) {
    (void)type;
    first_step_made = 1;
    return answer(out, FIRST_STEP "\r\n", 0);
}

FUNCTION(step1_short) { return (void)type, answer(out, "350000|00814A44|03|", 0); }
FUNCTION(step1_without_code) { return (void)type, answer(out, "350000|00814A44|03||0011223344556677|||||", 0); }

EXPORT int CALL iReadCardBas_HSM_Step2(const char *key, char *out) {
    if (!first_step_made)
        return answer(out, "", -22);
    first_step_made = 0;
    if (!strcmp(key, KEY))
        return answer(out, REGION HOLDER(LIN) "00814A444686603500005700AB|V3.00|20150612|20250612|350000123456|350000000001|\r\n", 0);
    if (!strncmp(key, "C0", 2)) /* the card was exchanged: 苏晓雯 */
        return answer(out, REGION "350102198811170025|D87654321|350000D15600000587654321ABCDEF02|\xCB\xD5\xCF\xFE\xF6\xA9|" CARD, 0);
    if (!strncmp(key, "C1", 2)) /* nobody knows which card it is */
        return answer(out, REGION "35058219720630061X|D12345678||" LIN "|" CARD, 0);
    if (!strncmp(key, "DE", 2))
        *(volatile int *)16 = 1;
    return answer(out, "", -21);
}

FUNCTION(garbage) {
    (void)type;
    for (int i = 0; i < 1000; i++)
        out[i] = (char)(0x81 + i * 37 % 127); /* FF among them, which is in no charset */
    return 0;
}

/* Fields as some drivers pad them: blanks, V before the version, ends of lines. */
FUNCTION(read_padded) {
    (void)type;
    return answer(out, "350000| 35058219720630061X |D12345678 |350000d15600000512345678abcdef01|" LIN "\xA1\xA1  |00814A44|V2.00 |20150612|20250612\r\n", 0);
}

/* Writes to the last of 1024 bytes, without a NUL. */
FUNCTION(fill) {
    answer(out, REGION HOLDER(LIN) CARD "350000123456|", 0);
    (void)type;
    size_t n = strlen(out);
    memset(out + n, '1', 1024 - n);
    return 0;
}

/* Writes beyond the last of 1024 bytes. */
FUNCTION(overrun) {
    (void)type;
    memset(out, '1', 1200);
    return 0;
}

/* Writes a megabyte of text, to whatever buffer. */
FUNCTION(overrun_megabyte) {
    (void)type;
    for (int i = 0; i < 1 << 20; i++)
        out[i] = "350000|35058219720630061X|"[i % 26];
    out[1 << 20] = 0;
    return 0;
}

/* Never stops writing. */
FUNCTION(overrun_endless) {
    for (volatile char *p = out;; p++)
        *p = (char)type;
}

/* Writes before the first byte of the buffer. */
FUNCTION(underrun) {
    volatile char *p = out;
    p[-1] = 0;
    return read8(type, out);
}

/* Goes on writing, from a thread of its own, into the buffer of the call before. */
FUNCTION(write_late) {
    static char *before;
    int code = read8(type, out);
    if (before)
        strcpy(before, "350000|350102198811170025|D87654321|350000D15600000587654321ABCDEF02|\xCB\xD5\xCF\xFE\xF6\xA9|");
    before = out;
    return code;
}

FUNCTION(hang) {
    (void)type, (void)out;
    for (;;)
#ifdef _WIN32
        Sleep(1000);
#else
        pause();
#endif
}

FUNCTION(spin) {
    (void)out;
    for (volatile int i = type;;)
        i = i + 1;
}

FUNCTION(crash) {
    (void)out;
    int *volatile nowhere = (int *)16;
    return *nowhere = type;
}

FUNCTION(crash_stack) {
    volatile char frame[4096];
    frame[0] = (char)type;
    return crash_stack(type + 1, out) + frame[0];
}

FUNCTION(quit) { (void)out, exit(type); }
FUNCTION(quit_aborting) { (void)type, (void)out, abort(); }

#ifndef _WIN32
/* Ends its process but for a copy, which keeps all descriptors open for as long
 * as the process of the host is there. */
FUNCTION(fork_and_quit) {
    (void)out;
    pid_t host = getppid();
    if (!fork())
        while (!kill(host, 0))
            usleep(50000);
    _exit(type);
}
#endif

/* Prints what it reads, as many do, and to both streams. */
FUNCTION(print) {
    for (int i = 0; i < 2000; i++) {
        printf("iReadCardBas: %s\n", REGION HOLDER(LIN));
        fprintf(stderr, "iReadCardBas: %s\n", REGION HOLDER(LIN));
    }
    fflush(stdout);
#ifndef _WIN32
    if (write(1, "\0\0\0\0", 4) != 4)
        return -99;
#else
    DWORD n;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "\0\0\0\0", 4, &n, NULL);
#endif
    return read8(type, out);
}

FUNCTION(print_and_crash) { return print(type, out), crash(type, out); }

/* Wants somebody to press a key. */
FUNCTION(ask) { return getchar() == EOF ? read8(type, out) : answer(out, "", -99); }

/* Keeps a megabyte and tells how many it keeps. */
FUNCTION(leak) {
    static int leaks;
    char *memory = malloc(1 << 20);
    if (memory)
        memset(memory, type, 1 << 20);
    sprintf(out, "350000||%d||%s|", ++leaks, LIN);
    return 0;
}

/* Leaves the directory, which belongs to the process. */
FUNCTION(change_directory) { return chdir("/") ? -99 : read8(type, out); }

/* Reads a file that lies beside the library. */
FUNCTION(read_beside) {
    FILE *f = fopen("beside.txt", "rb");
    if (!f)
        return answer(out, "beside.txt", -99);
    fclose(f);
    return read8(type, out);
}
