/* SPDX-License-Identifier: MIT */
/*
 * What is written down for a job array of trials: RECORD/slurm/1 and so on, with
 *
 *	1.sh	what each task runs
 *	1.json	how trials are made
 *	1.words	options for runs, then the program and its arguments, each
 *		with a zero at its end
 *	1.due	which trials: so many lines for each task as a trial has repeats
 *
 * Tasks read these, each its own lines, and write only what is their own.
 */
#ifndef SAMEBITS_SLURMPART_H
#define SAMEBITS_SLURMPART_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct due {
	size_t run; /* of the plan, from 1; 0: this repeat is there already */
	uint64_t seed;
};

/* Lines of one length, so that the middle of them is found. */
void due_print(FILE *to, const struct due *due);
/* Lines first to first + n - 1, from 0. 0 or -errno. */
int due_read(const char *path, size_t first, size_t n, struct due *due);

int words_write(const char *path, const char *const *options,
		char *const *argv); /* 0 or -errno */
/* NULL-terminated, the caller's to free with its first word; NULL: errno says
 * why. */
char **words_read(const char *path);
/* In single quotes, for sh(1). */
void shell_print(FILE *to, const char *word);
/* Closes it; 0 or -errno, also of what was written before. */
int part_close(FILE *to);

#endif
