/* SPDX-License-Identifier: MIT */
/*
 * Appends to this process's log (event.h). The file is opened by its path for
 * each extent and closed again: no descriptor of ours is ever open while the
 * program runs. Blocks are reserved before they are mapped: a full disk makes
 * the log stop growing, never a SIGBUS.
 *
 * Events go into a window, a chunk of the log that stays mapped: what was
 * stored there survives SIGKILL. A full window is appended to the file by one
 * write and used again: a page that is written costs a fifth of one that is
 * mapped, and stores to the same window stay in the cache.
 *
 * Under the engine's lock, but for log_flag() and log_dropped().
 */
#ifndef SAMEBITS_LOG_H
#define SAMEBITS_LOG_H

#include <stdint.h>

#include "event.h"
#include "source.h"
#include "thread.h"

int log_open(void);	/* 0 or -errno; a new file for this process image */
void log_forget(void);	/* in a forked child: drop the parent's mappings */
void log_flag(uint32_t flag);
void log_blind(const char *kind, const char *text);

/* A record of `size` bytes (head included), zeroed, with a new id in its type;
 * publish it by log_publish(). NULL: the log cannot grow. */
void *log_record(unsigned type, unsigned size);
void log_publish(void *record, unsigned type);

/* Names the source in the log, once: before anything that has its index. */
void log_source(const struct source *row);

/* The next free counter of the thread and its id; NULL: cannot grow. */
struct sb_counter *log_counter(struct thread *t, uint32_t *id);
/* Makes room for events in the thread's window: writes the full one out, or
 * maps another. NULL: no more events. */
struct sb_chunk *log_events(struct thread *t);
/* The thread is gone: writes out what its window holds. Returns the window for
 * another thread's use; NULL where it must stay as it is. */
struct sb_chunk *log_events_end(struct thread *t);
void log_dropped(void);

#endif
