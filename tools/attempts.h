/* SPDX-License-Identifier: MIT */
/* The runs that check and blame make, and what they came to. */
#ifndef SAMEBITS_ATTEMPTS_H
#define SAMEBITS_ATTEMPTS_H

#include "result.h"
#include "trial.h"

struct attempt {
	struct outcome outcome;
	struct result result;
	uint64_t digest; /* of the result */
};

struct attempts {
	struct experiment *experiment;
	struct attempt **at; /* each stays where it is */
	size_t n;
	unsigned jobs;	/* at a time */
	size_t planned; /* in all, for progress */
	double until;	/* CLOCK_MONOTONIC seconds; 0: no limit */
	bool any_end;	/* who does not end in time has a result, too */
};

/*
 * One more for each of `n` trials. 0; -EINTR: a signal asked for the end;
 * -ECANCELED: one did not end as it should, which *bad points to.
 */
int attempts_make(struct attempts *a, const struct trial *const *trial,
		  size_t n, const struct attempt **bad);
bool attempts_late(const struct attempts *a);
void attempts_free(struct attempts *a); /* not the experiment */

/* "000012" */
const char *attempt_name(const struct attempt *a);
/* How an attempt that was bad ended, in words; the caller's to free. */
char *attempt_trouble(const struct attempt *a, double timeout);
/* Where a result's content is: result_place for struct comparison, with a
 * struct place for each side. */
struct place_of {
	const struct attempts *attempts;
	const struct attempt *attempt; /* NULL: another run, in `dir` */
};
char *attempt_place(void *run, const struct file_entry *entry);
/* Adds the differences of two attempts to the verdict. */
int attempts_compare(struct verdict *v, const struct attempts *a,
		     const struct attempt *x, const struct attempt *y,
		     const struct tolerance *t);

/* Says what the writes wrote that differ between them (written.h). */
void attempts_written(struct verdict *v, const struct attempts *a,
		      const struct attempt *x, const struct attempt *y);

#endif
