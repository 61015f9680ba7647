/*
 * What the host programs share. Each stands for a hospital's program in one respect, uses
 * mps_client.dll in its own folder as the specification's C example does (2.5.1), prints the
 * answer as it came, and ends with status 0 unless something is wrong.
 */
#ifndef HOST_H
#define HOST_H

#include <stddef.h>
#include <windows.h>

typedef int(__stdcall *mps_call)(char *req, char *resp);

enum { RESP_SIZE = 2048 }; /* what a host without blanks must bring at least */

/* load_library returns MPS_Call, and the library if lib is not NULL. */
mps_call load_library(HMODULE *lib);

/* read_request returns the file's bytes and so many NUL bytes, placed as by before_guard. */
char *read_request(const char *name, size_t nuls);

/* before_guard returns size bytes of which the last is the last before a page that nobody may
 * touch. */
char *before_guard(size_t size);

/* call_ok calls and ends the program when there is no answer. resp has RESP_SIZE bytes. */
void call_ok(mps_call call, char *req, char *resp);

/* expect_same ends the program when an answer is not like the first. */
void expect_same(const char *first, const char *answer);

/* number reads a command line's number. */
int number(const char *text);

/* fail says what is wrong, with the system's last error code, and ends the program. */
void fail(const char *what);

/* expect fails unless the condition holds. */
void expect(int condition, const char *what);

/* print writes n bytes to standard output. */
void print(const char *data, size_t n);

#endif
