/* SPDX-License-Identifier: MIT */
/*
 * Which runs are still being written: some process has their board mapped, be
 * it the launcher or what it started. The mapping tells, not the numbers on the
 * board: those are used again, and of another namespace.
 */
#ifndef SAMEBITS_BUSY_H
#define SAMEBITS_BUSY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct busy {
	struct board {
		unsigned major, minor;
		unsigned long inode;
	} *board;
	size_t n;
	pid_t *hidden; /* whose mappings we may not see */
	size_t nhidden;
};

/* Looks through /proc once; 0 or -errno. busy_free() is due in either case. */
int busy_find(struct busy *busy);
/* Is the run in this directory being written, or only just being made? */
bool busy_run(const struct busy *busy, const char *dir);
/* Does its manifest say that it ended? */
bool busy_ended(const char *dir);
void busy_free(struct busy *busy);

#endif
