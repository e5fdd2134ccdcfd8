/* SPDX-License-Identifier: MIT */
/*
 * Sites: the stack that reached a hook, as (module, offset) frames, hashed so
 * that it is equal across runs. Under the engine's lock.
 */
#ifndef SAMEBITS_STACK_H
#define SAMEBITS_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

#define STACK_DEPTH 32

void stack_start(void);	 /* opens libunwind; from the constructor only */
/* libunwind has thread-local storage, which the loader allocates at its first
 * use in a thread: that must not be under the engine's lock, as allocators call
 * hooks under locks of their own. */
void stack_warm(struct thread *self);
/* The id of the caller's site in this log, written on first use; 0: none. */
uint32_t stack_site(uintptr_t ra);
/* Is an object whose path holds `part` on the calling thread's C stack?
 * Takes the lock itself. */
bool stack_passes(const char *part);
void stack_forget(void); /* in a forked child */

#endif
