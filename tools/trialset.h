/* SPDX-License-Identifier: MIT */
/*
 * A set of trials, as its record (record.h) has it: values for statistics, the
 * summary, what is to be said of it.
 */
#ifndef SAMEBITS_TRIALSET_H
#define SAMEBITS_TRIALSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/*
 * One value for each independent observation: a seed's mean over its folds and
 * repeats, or, where there is one seed alone, a fold's.
 */
struct values {
	uint64_t *seed; /* ascending; with one seed: the fold */
	double *x;
	size_t n;
	bool folds;	/* of one seed */
	size_t missing; /* without a value: trials failed, or did not print it */
	size_t nan;	/* with one that is no number */
	double within;	/* deviation of repeats; NAN: there are none */
};

/* Of the trials up to number `upto` (0: all) that ended with 0. 0 or -ENOMEM;
 * values_free() is due. */
int values_of(struct values *v, const json_t *record, const char *metric,
	      size_t upto);
void values_free(struct values *v);

/* Trials that ended otherwise than with 0. */
size_t trialset_failed(const json_t *record);
/* Sets "summary". 0, -ENOMEM, or -ENOSYS: GSL is missing. */
int trialset_summarise(json_t *record);
/* Sets "notes"; `store` has its runs. `more`: what the verb adds; may be NULL. */
int trialset_note(json_t *record, const char *store, const json_t *more);
/* For people. */
void trialset_print(FILE *to, const json_t *record, const char *number);

#endif
