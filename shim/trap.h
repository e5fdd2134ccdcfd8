/* SPDX-License-Identifier: MIT */
/*
 * --trap: what preloading cannot see is met where it happens, and served as its
 * libc sibling is.
 *
 *	tsc      RDTSC and RDTSCP, which the kernel refuses each thread: SIGSEGV
 *	rdrand   RDRAND and RDSEED, patched where they were found
 *	syscall  system calls outside libc: SIGSYS
 *	vdso     calls into the kernel's page that skip libc, patched
 *
 * The signals are trapsignal.h's.
 */
#ifndef SAMEBITS_TRAP_H
#define SAMEBITS_TRAP_H

#include <stdbool.h>

enum {
	TRAP_TSC = 1,
	TRAP_RDRAND = 2,
	TRAP_SYSCALL = 4,
	TRAP_VDSO = 8,
	TRAP_ALL = 15,
};

/* Sets up what config.traps wants, in the first thread. What the kernel or the
 * container refuses is a blind spot of the run by its name. */
void trap_start(void);

/* Around what executes another program: the loader reads the chip's clock before
 * we are there. The refusal outlives exec. */
void trap_lend(void);
void trap_lent(void);

/* Does libc read the clock by the chip's, which traps? Then the kernel must be
 * asked. */
extern bool trap_tsc;

#endif
