/* SPDX-License-Identifier: MIT */
/* The record of a set of trials (record.h), new or taken up again. */
#ifndef SAMEBITS_TRIALRECORD_H
#define SAMEBITS_TRIALRECORD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "measure.h"
#include "plan.h"

struct trialrecord {
	char dir[PATH_MAX], store[PATH_MAX];
	const char *name; /* its number in the store */
	json_t *content;
	char **argv; /* of one that was taken up */
	int lock;    /* as long as its trials are made */
};

/* A new one; options are those that runs get, NULL-terminated. 0 or -errno. */
int trialrecord_new(struct trialrecord *r, const char *store, char **argv,
		    const struct plan *plan, const struct measures *m,
		    const char *const *options);
/* By number or path, "" or NULL: the newest. 0, or a status after saying why. */
int trialrecord_find(struct trialrecord *r, const char *store,
		     const char *name);

/* What the command line says anew. */
struct trialrecord_given {
	char **argv; /* NULL: nothing */
	bool seeds, folds, repeat, metrics;
	bool gathers; /* nothing is made again */
};

/* Goes on with one: what is given must not contradict it, the rest is taken from
 * it. More seeds may follow, and other metrics are read from what its runs have
 * left. 0, or a status after saying why. */
int trialrecord_resume(struct trialrecord *r,
		       const struct trialrecord_given *given,
		       struct plan *plan, struct measures *m);
/* The same for the options of runs, which `option` gets; at most `room`. */
int trialrecord_options(const struct trialrecord *r, const char **option,
			size_t room);

/* Had the runs this one? */
bool trialrecord_option(const struct trialrecord *r, const char *option);

/* Trials with any trouble. */
size_t trialrecord_troubles(const struct trialrecord *r);
/* Plans no more than was made. */
void trialrecord_trim(struct trialrecord *r, const struct plan *plan);
int trialrecord_end(struct trialrecord *r, int status); /* 0 or -errno */
void trialrecord_free(struct trialrecord *r);

#endif
