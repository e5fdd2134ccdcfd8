/* SPDX-License-Identifier: MIT */
/*
 * Which trials there are: each seed, with each fold where there are folds, so
 * often as --repeat says. Jobs are counted from 0, the repeats of a trial one
 * after the other.
 */
#ifndef SAMEBITS_PLAN_H
#define SAMEBITS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_MOST 1000000 /* runs in all */

struct plan {
	uint64_t *seed;
	size_t seeds;
	unsigned folds;	 /* 0: none */
	unsigned repeat; /* 1 or more */
};

/* What one run is told. */
struct job {
	uint64_t seed;
	size_t trial; /* of a seed and a fold, from 1 */
	long fold;    /* from 0; -1: there are none */
	unsigned repeat; /* from 1 */
	size_t run;   /* all are counted, from 1 */
};

/* "1..10,42"; a word honour or force among them goes to *policy. NULL: 1 to n.
 * False: it was said. plan_free() is due. */
bool plan_seeds(struct plan *p, const char *text, uint64_t n,
		const char **policy);
size_t plan_jobs(const struct plan *p);
struct job plan_job(const struct plan *p, size_t i);
void plan_free(struct plan *p);

/* A copy of `text` with {seed}, {trial}, {fold} and {run} in their places; NULL:
 * no memory. {fold} stays where there are no folds. */
char *plan_expand(const char *text, const struct job *j);
bool plan_mentions(const char *text, const char *placeholder);

#endif
