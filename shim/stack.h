/* SPDX-License-Identifier: MIT */
/*
 * Sites: the stack that reached a hook, as (module, offset) frames, hashed so
 * that it is equal across runs. Under the engine's lock.
 *
 * The walk needs more room than a thread or a signal handler may have left: it
 * runs on a stack of the engine's own, from a context captured before. Each
 * thread has one: a race detector cannot see that a common one is locked.
 */
#ifndef SAMEBITS_STACK_H
#define SAMEBITS_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#define STACK_DEPTH 32

void stack_start(void); /* opens libunwind, once libc is up */

/* Takes the calling function's place for the walks that follow. It must not
 * return before they are done. */
#define stack_capture()                                                        \
	((void)(stack_capture_fn ? stack_capture_fn(&stack_context) : 0))
extern int (*stack_capture_fn)(unw_context_t *);
extern unw_context_t stack_context;

/* Calls fn(arg) on the engine's stack of this thread. */
struct thread;
void stack_call(struct thread *self, void (*fn)(void *), void *arg);

/* The id of the caller's site in this log, written on first use; 0: none. */
uint32_t stack_site(uintptr_t ra);
/* Is an object whose path holds `part` on the calling thread's C stack? Takes
 * the lock itself; the thread has its block. */
bool stack_passes(const char *part);
void stack_forget(void); /* in a forked child */
void stack_flush(void);	 /* code was unloaded: what was known of its frames */

#endif
