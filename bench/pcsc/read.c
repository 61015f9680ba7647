/*
 * read: reads a social security card as a C programmer would, with the commands that MPS sends and
 * no judgement at all.
 *
 *     read READER MILLISECONDS
 *
 * It reads again and again, each time from SCardEstablishContext to SCardReleaseContext, prints the
 * nanoseconds of one read to standard error, and the records of the last one, in hex, to standard
 * output.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

static const struct command {
    BYTE length;
    BYTE bytes[20];
    int shown;
} commands[] = {
    {20, "\x00\xA4\x04\x00\x0Fsx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF", 0},
    {7, "\x00\xA4\x02\x00\x02\xEF\x05", 0},
    {5, "\x00\xB2\x01\x00\x12", 1},
    {5, "\x00\xB2\x07\x00\x0B", 1},
    {7, "\x00\xA4\x02\x00\x02\xEF\x06", 0},
    {5, "\x00\xB2\x08\x00\x14", 1},
    {5, "\x00\xB2\x09\x00\x20", 1},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

struct response {
    DWORD length;
    BYTE bytes[258];
};

static void check(LONG code, const char *what)
{
    if (code == SCARD_S_SUCCESS)
        return;
    fprintf(stderr, "%s: %s\n", what, pcsc_stringify_error(code));
    exit(1);
}

static void read_card(const char *reader, struct response responses[COMMANDS])
{
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;

    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "SCardEstablishContext");
    check(
        SCardConnect(context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, &card, &protocol),
        "SCardConnect");
    for (int i = 0; i < COMMANDS; i++) {
        responses[i].length = sizeof responses[i].bytes;
        check(SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1,
                            commands[i].bytes, commands[i].length, NULL, responses[i].bytes,
                            &responses[i].length),
              "SCardTransmit");
    }
    check(SCardDisconnect(card, SCARD_LEAVE_CARD), "SCardDisconnect");
    check(SCardReleaseContext(context), "SCardReleaseContext");
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    static struct response responses[COMMANDS];
    double began = now(), took;
    long reads = 0;

    if (argc != 3)
        return 2;
    do {
        read_card(argv[1], responses);
        reads++;
        took = now() - began;
    } while (took < atof(argv[2]) * 1e6);
    fprintf(stderr, "%.0f\n", took / (double)reads);
    for (int i = 0; i < COMMANDS; i++) {
        if (!commands[i].shown)
            continue;
        for (DWORD j = 0; j < responses[i].length; j++)
            printf("%02X", responses[i].bytes[j]);
        putchar('\n');
    }
    return 0;
}
