/* SPDX-License-Identifier: MIT */
/*
 * The times of files as the program sees them, under logical time.
 *
 * A file that this run has not changed shows its real times, but none younger
 * than the start of the logical clock. When it is changed, it gets a stamp: the
 * logical clock of whoever closes it after writing, or, where nobody did, of
 * who looks first. The stamp stays until the real time changes again. Times
 * that the program sets are shown as they were set. The disk keeps real times.
 *
 * Access times are those of the last change, unless the program set them: when
 * the kernel writes them down depends on the hour.
 */
#ifndef SAMEBITS_FILETIME_H
#define SAMEBITS_FILETIME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "thread.h"

/* After the real call: replaces the times. named: asked for by name, so that
 * the clock goes on to the time of the change (nothing that a program meets by
 * name lies in its future). Returns the time of modification, in ns since
 * 1970, where it is of this run's making; else 0. */
uint64_t filetime_stat(struct thread *self, struct stat *st, bool named);
/* The same; what the kernel was asked for must include FILETIME_NEEDS. */
uint64_t filetime_statx(struct thread *self, struct statx *st, bool named);
#define FILETIME_NEEDS \
	(STATX_TYPE | STATX_INO | STATX_MTIME | STATX_CTIME)

/* Who may stamp now; NULL: nobody (real time, an audit, a passive shim). */
struct thread *filetime_self(void);
/* Is it a regular file, open for writing? */
bool filetime_writable(int fd);
/* A descriptor, whatever it is, is about to be closed, by code at `ra`. */
void filetime_closing(struct thread *self, int fd, const void *ra);
/* The process ends, with what it has open. Standard streams may be written
 * out after us. */
void filetime_leave(void);

/* A call that sets times: dir, path and flags as utimensat(2) has them. */
struct setting {
	int dir;
	const char *path;
	int flags;
	const struct timespec *times; /* two; NULL: both are now */
	int64_t atime;		      /* before, as shown */
};
void filetime_before(struct thread *self, struct setting *s);
void filetime_after(struct thread *self, const struct setting *s);

#endif
