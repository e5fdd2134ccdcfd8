/* SPDX-License-Identifier: MIT */
/*
 * What the scheduler has to say: where threads wait for each other, where one
 * was that had to give up its turn. Each speaks for itself, as nobody else can
 * walk its stack. On stderr, and in the log, for the launcher knows lines.
 */
#ifndef SAMEBITS_TURNTELL_H
#define SAMEBITS_TURNTELL_H

#include <stdbool.h>

#include "event.h"
#include "thread.h"

/* By the watch, without the scheduler's lock. */

/* Asks a thread that runs where it is. */
void turntell_busy(const struct thread *t);
/* What that said: "in function of module+0xoffset, called from …"; "": it did
 * not. */
const char *turntell_where(void);
/* All threads wait: asks each, and says so. */
void turntell_deadlock(void);

/* By a thread, of itself. */

/* It was asked, and waits. */
void turntell_waits(struct thread *self);
/* It is back from where others could not wait for it. */
void turntell_back(struct thread *self, enum sb_halt_kind kind);

/* The process's record of its turns: made with the first thread, under the
 * engine's lock. */
void turntell_start(void);
void turntell_forked(void);
/* A thread more. */
void turntell_thread(void);
/* Brings its counts up to date. */
void turntell_count(void);
void turntell_halt(enum sb_halt_kind kind);

#endif
