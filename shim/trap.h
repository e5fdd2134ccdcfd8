/* SPDX-License-Identifier: MIT */
/*
 * --trap: what preloading cannot see is met where it happens, and served as its
 * libc sibling is.
 *
 *	tsc      RDTSC and RDTSCP, which the kernel refuses each thread: SIGSEGV
 *	rdrand   RDRAND and RDSEED, patched where they were found
 *	syscall  system calls outside libc, patched where they were found
 *	vdso     calls into the kernel's page that skip libc, patched
 *
 * The signals are trapsignal.h's.
 */
#ifndef SAMEBITS_TRAP_H
#define SAMEBITS_TRAP_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

enum {
	TRAP_TSC = 1,
	TRAP_SYSCALL = 2,
	TRAP_VDSO = 4,
	TRAP_RDRAND = 8,
	TRAP_ALL = 15,
};

/* Sets up what config.traps wants, in the first thread. What the kernel or the
 * container refuses is a blind spot of the run by its name. */
void trap_start(void);

/* The same for what needs the loader: once libc is up and the libraries'
 * constructors have run. */
void trap_main(void);
/* Objects were loaded at these addresses. Not under the engine's lock. */
void trap_loaded(const uintptr_t *base, unsigned n);
/* What lay in [start, end) is gone. Under the engine's lock. */
void trap_unloaded(uintptr_t start, uintptr_t end);

/*
 * Has the calling thread libc's storage, so that thread_me and errno are there?
 * One that was made by a raw clone with storage of its own has not. Async-
 * signal-safe; some cycles, or a system call on old processors.
 */
bool trap_thread_known(void);
/* Calls fn(arg) where there is room, whatever the program's stack has left: on
 * a stack of the thread's for traps, unless that is in use. */
void trap_run(void (*fn)(void *), void *arg);
/* The same where a fault arrived. */
void trap_run_beside(const ucontext_t *context, void (*fn)(void *), void *arg);

/* Around what executes another program: the loader reads the chip's clock
 * before we are there. The refusal outlives exec. */
void trap_lend(void);
void trap_lent(void);

/* Does libc read the clock by the chip's, which traps? Then the kernel must be
 * asked. */
extern bool trap_tsc;

#endif
