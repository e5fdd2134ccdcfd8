/* SPDX-License-Identifier: MIT */
/*
 * The recording of a run (event.h: struct sb_tape). `run --record` lets the two
 * generators of values, streams and clock, have real ones, and writes them
 * down; `replay` gives them back, in each thread in the order in which it was
 * given them. Hooks do not know of it.
 *
 * A replay that leaves the recording, because a thread asks for something else
 * than it was given then, says so once for the run; that thread goes on with
 * seeded values, or the run ends.
 */
#ifndef SAMEBITS_TAPE_H
#define SAMEBITS_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "thread.h"

/* Bytes of a stream: real ones, kept, or the recorded ones. False: seeded ones
 * are to be made. */
bool tape_draw(struct thread *self, enum stream_id id, void *buf, size_t len);
/* The same for the clock, in ns since the start. */
bool tape_clock(struct thread *self, uint64_t *t);
/* Keeps bytes that were found, or finds those that were kept. take: NULL where
 * there are none. Good until the next call. */
void tape_keep(struct thread *self, enum sb_tape_kind kind, const void *bytes,
	       size_t len);
const void *tape_take(struct thread *self, enum sb_tape_kind kind, size_t *len);
/* It did more than was recorded: asked for so many bytes of a kind. */
void tape_beyond(struct thread *self, enum sb_tape_kind kind, size_t len);
/* Is what comes next of SB_TAPE_GUARD? It is not taken. */
bool tape_guards(struct thread *self, uint64_t *word);
/* Is nothing left of this thread's recording? */
bool tape_ended(struct thread *self);
/* Then: where the process ended in the middle of it, it waits here for that. */
void tape_park(const struct thread *self);
/* Is this kind given back, by this thread still? */
bool tape_gives(const struct thread *self, enum sb_tape_kind kind);
/* Its mappings belong to nobody any more: a forked child's, a block that gets
 * another owner. */
void tape_forget(struct thread *t);
/* The thread has come to its end, and what destructors do is kept no more: is
 * anything left that it did not ask for? */
void tape_end(struct thread *t);

#endif
