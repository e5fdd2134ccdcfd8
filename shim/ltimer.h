/* SPDX-License-Identifier: MIT */
/*
 * Timers of the program's. They run in real time; one that has expired moves
 * the clock to the moment that it was set to, else a loop that a timer wakes
 * until its clock says that it is time would never end. That happens when the
 * thread that set it reads its clock, or another wakes for its descriptor: not
 * anywhere else, so that a timer does not disturb who has nothing to do with it.
 */
#ifndef SAMEBITS_LTIMER_H
#define SAMEBITS_LTIMER_H

#include <stdint.h>

#include "thread.h"

enum ltimer_kind { LTIMER_ITIMER, LTIMER_POSIX, LTIMER_FD };

/* Set, to expire `in` ns from now (0: never) and each `interval` (0: once).
 * Call before the kernel is told. Returns what was left of its last setting. */
uint64_t ltimer_set(struct thread *self, enum ltimer_kind kind, long id,
		    uint64_t in, uint64_t interval);
/* The clock is about to be read. */
void ltimer_read(struct thread *self);
/* A wait for descriptors came to its end. */
void ltimer_woken(struct thread *self);

extern unsigned ltimers; /* how many were ever set, 16 at most */

#endif
