/* SPDX-License-Identifier: MIT */
/* `run --locked`: what samebits.lock says is applied, and held to. */
#ifndef SAMEBITS_RUNLOCK_H
#define SAMEBITS_RUNLOCK_H

#include <jansson.h>

#include "target.h"
#include "variables.h"

/* As the command line has them; NULL: not given. */
extern struct locked_wanted {
	const char *locked, *file;
} locked_wanted;

/* Rows for tables. */
#define LOCK_OPTIONS                                                           \
	{ "locked", OPT_MAYBE, "warn",                                            \
	  "only in the environment of samebits.lock", &locked_wanted.locked }, \
	{ "lock-file", 0, "FILE", "instead of samebits.lock",                  \
	  &locked_wanted.file },

/*
 * With --locked: reads the lock, and takes the options from it that were not
 * given. *argv is its program where it is empty. 0, or a status after saying
 * why. The others do nothing where there is no --locked.
 */
int runlock_read(char ***argv);
/* Before the start: 0; or 125 after listing each difference. With =warn they are
 * listed, and it goes on. */
int runlock_check(const struct target *t, const struct variables *v);
/* After the end, of what only the run has shown: 0 or 125, as above. */
int runlock_after(const char *dir);

#endif
