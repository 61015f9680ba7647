/* Stand-ins for libraries whose functions are called in an order, by one thread of
 * one process: HeaSecReadInfo (Init, ReadCardBas), and those that want Open before
 * and Close after. */
#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#define THREAD ((unsigned long)GetCurrentThreadId())
#define LIN "\xC1\xD6\xD0\xA1\xC2\xFA"                          /* 林小满 in GBK */
#define LOGS "\xC8\xD5\xD6\xBE"                                  /* 日志 */
#define NOT_CONNECTED "\xC7\xB0\xD6\xC3\xBB\xFA\xC1\xAC\xBD\xD3\xCA\xA7\xB0\xDC" /* 前置机连接失败 */
#define NO_CARD "\xCE\xB4\xB7\xC5\xBF\xA8"                      /* 未放卡 */
#else
#include <pthread.h>
#include <unistd.h>
#define THREAD ((unsigned long)pthread_self())
#define LIN "\xE6\x9E\x97\xE5\xB0\x8F\xE6\xBB\xA1" /* the same in UTF-8 */
#define LOGS "\xE6\x97\xA5\xE5\xBF\x97"
#define NOT_CONNECTED "\xE5\x89\x8D\xE7\xBD\xAE\xE6\x9C\xBA\xE8\xBF\x9E\xE6\x8E\xA5\xE5\xA4\xB1\xE8\xB4\xA5"
#define NO_CARD "\xE6\x9C\xAA\xE6\x94\xBE\xE5\x8D\xA1"
#endif

#include "standin.h"

/* The card number continues with how many cards this process has read. */
#define CARD "350000|35058219720630061X|D%d|350000D15600000512345678ABCDEF01|%s|00814A444686603500005700AB|2.00 |20150612|20250612|350000123456|350000000001|\r\n"

static int reads;

/* Tells whether this is the thread of the first call. */
static int same_thread(void) {
    static unsigned long first;
    if (!first)
        first = THREAD;
    return first == THREAD;
}

static void crash(void) { *(volatile int *)16 = 1; }

static void hang(void) {
    for (;;)
#ifdef _WIN32
        Sleep(1000);
#else
        pause();
#endif
}

static int has(const char *json, const char *ip) {
    char member[64];
    sprintf(member, "\"IP\":\"%s\"", ip);
    return strstr(json, member) != NULL;
}

/* HeaSecReadInfo. */

static int initialised;
static int card_is_there;

EXPORT int CALL Init(const char *json, char *error) {
    static int refused;
    if (!same_thread())
        return strcpy(error, "thread"), 8;
    if (initialised)
        return strcpy(error, "again"), 9;
    if (!strstr(json, "\"LOG_PATH\":\"" LOGS "\"") || !strstr(json, "\"PORT\":7020"))
        return strcpy(error, "json"), 7;
    if (has(json, "die"))
        crash();
    if (has(json, "refuse") || (has(json, "refuse-once") && !refused++))
        return strcpy(error, NOT_CONNECTED), 1;
    card_is_there = !has(json, "no-card");
    initialised = 1;
    return 0;
}

EXPORT int CALL ReadCardBas(char *card, char *business) {
    if (!same_thread() || !initialised)
        return strcpy(card, "Init"), 8;
    if (!card_is_there)
        return strcpy(card, NO_CARD "\r\n"), -2;
    sprintf(card, CARD, ++reads, LIN);
    strcpy(business, "\xFF\xFE|what is none of our business");
    return 0;
}

/* Others. What they do is chosen by the text that Open is given. */

#define HANDLE_OPEN 7

static int opened;
static char how[32];

EXPORT int CALL Open(const char *mode) {
    strncpy(how, mode, sizeof how - 1);
    if (!same_thread() || opened)
        return -12;
    if (!strcmp(how, "fail-open"))
        return -11;
    if (!strcmp(how, "crash-open"))
        crash();
    opened = 1;
    return HANDLE_OPEN;
}

EXPORT int CALL Read(int handle, char *out, char *error) {
    if (!same_thread() || !opened || handle != HANDLE_OPEN)
        return strcpy(error, "Open"), -12;
    if (!strcmp(how, "fail-read"))
        return strcpy(error, "no card"), -2;
    if (!strcmp(how, "crash-read"))
        crash();
    if (!strcmp(how, "hang-read"))
        hang();
    if (!strcmp(how, "empty"))
        return 0;
    sprintf(out, CARD, ++reads, "LIN");
    if (!strcmp(how, "past"))
        memset(out + 512, 'x', 16);
    if (!strcmp(how, "full"))
        memset(out, '1', 512);
    if (!strcmp(how, "half")) /* half a character at the end */
        strcpy(out, "350000|35058219720630061X|D1|350000D15600000512345678ABCDEF01|L\xC1");
    if (!strcmp(how, "megabyte"))
        for (int i = 0; i < 1 << 20; i++)
            out[i] = "350000|35058219720630061X|"[i % 26];
    return 0;
}

EXPORT int CALL Close(int handle) {
    if (!same_thread() || !opened || handle != HANDLE_OPEN)
        return -12;
    if (!strcmp(how, "hang-close"))
        hang();
    if (!strcmp(how, "crash-close"))
        crash();
    opened = 0;
    return strcmp(how, "fail-close") ? 0 : -3;
}

/* A function without a result: what is left in the register is none. */
EXPORT void CALL Signal(void) {}

/* Relatives that give each field by a function of its own, as termb.dll does. */
EXPORT int CALL GetName(char *out, int *length) { return *length = 3, strcpy(out, "LIN"), 1; }
EXPORT int CALL GetNumber(char *out, int *length) { return *length = 18, strcpy(out, "35058219720630061X"), 1; }
