/*
 * The library's clock in unit tests: real, but it can be stopped. A test of a time limit lets it
 * run only when the library has got as far as the limit is to meet it, however long that takes on
 * a busy machine. The Makefile has the library's clock_gettime lead here.
 */
#ifndef CLOCK_H
#define CLOCK_H

void clock_stop(void);
void clock_run(void); /* on from where it stopped */

#endif
