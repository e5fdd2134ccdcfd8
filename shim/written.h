/* SPDX-License-Identifier: MIT */
/*
 * An event for what a hook has written; the rows stand in wrap/output.c.
 *
 *	enum output to = output_of(fd);
 *	ssize_t n = real_write(fd, buf, len);
 *
 *	if (to > OUTPUT_NONE)
 *		written(to, CALLER, digest_of(buf, n), n);
 *
 * The event comes after the call, which may wait, be cancelled or end the
 * program.
 */
#ifndef SAMEBITS_WRITTEN_H
#define SAMEBITS_WRITTEN_H

#include <stdio.h>
#include <sys/types.h>

#include "call.h"
#include "digest.h"
#include "output.h"
#include "turn.h"

extern struct source *const written_row[]; /* by enum output */

static inline void written(enum output to, void *ret, void *frame,
			   uint64_t value, uint64_t length)
{
	struct call c;

	call_begin(&c, written_row[to], ret, frame);
	call_end(&c, value, length);
}

/* Of bytes in one piece; n: what the call returned. */
void written_bytes(enum output to, void *ret, void *frame, const void *buf,
		   ssize_t n);
/* Of bytes that were not looked at. */
void written_unseen(enum output to, void *ret, void *frame, ssize_t n);

/* The descriptor of a stream; -1: it has none. Streams in memory have no valid
 * number, only those on files have the flag (libio). */
#define STREAM_ON_FILE 0x2000

static inline int written_stream(const FILE *f)
{
	return f->_flags & STREAM_ON_FILE ? f->_fileno : -1;
}

/* In turns, who only writes to streams gives way, too; but not within
 * flockfile(3): the next one would wait for the stream unseen. The lock is
 * glibc's: the word, how often it is held, by whom. */
static inline void written_look(const FILE *f)
{
	const int *lock = (const int *)f->_lock;

	if (turn_on && lock && !lock[1])
		turn_look();
}

#endif
