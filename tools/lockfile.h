/* SPDX-License-Identifier: MIT */
/*
 * samebits.lock: under which conditions a program's results repeat. Text for
 * version control: sections of "key = value" lines, sorted.
 *
 *	[run]		option = value of `samebits run`
 *	[program]	path, and argument 0, 1, …
 *	[inputs]	path = digest
 *	[objects]	path = build-id or digest of what was loaded and is of no
 *			Python package (package version)
 *	[packages]	Python packages that were imported: name = version
 *	[r]		the same of R
 *	[libraries]	kind = what a numeric library said of itself
 *	[processor]	model, flags
 *	[system]	os, libc
 *	[variables]	those that numeric libraries and Python read
 *
 * In memory it is a JSON object of objects of strings. Paths below the working
 * directory are relative to it.
 */
#ifndef SAMEBITS_LOCKFILE_H
#define SAMEBITS_LOCKFILE_H

#include <jansson.h>

#include "envdiff.h"
#include "variables.h"

#define LOCK_FILE "samebits.lock"
#define LOCK_VERSION 1
#define LOCK_ARGUMENTS "arguments" /* [program] has not all as they were */

/* 0; or -errno, and *trouble is a sentence on the line at fault, the caller's to
 * free; NULL: strerror() says it. */
int lock_read(const char *path, json_t **lock, char **trouble);
/* Replaces the file as a whole. 0 or -errno. */
int lock_write(const char *path, const json_t *lock);

/* ---- locked.c ---- */

/* The lock of a run: from its record (environment.h) and the options that it
 * was given. NULL: no memory. */
json_t *lock_of_run(const json_t *record, const json_t *options);
/* What of a lock can be known before a program starts, as it is now: `python` as
 * collect_python_at() has it; `ours`: what we shall set in its environment. */
json_t *lock_now(const json_t *lock, const char *python,
		 const struct variables *ours);
/* Sections of the lock that both have; 0 or -ENOMEM. */
int lock_compare(struct env_changes *c, const json_t *lock, const json_t *now);

#endif
