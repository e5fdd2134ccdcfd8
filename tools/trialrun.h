/* SPDX-License-Identifier: MIT */
/* Makes the runs of a set of trials, and writes each down as soon as it has
 * ended. */
#ifndef SAMEBITS_TRIALRUN_H
#define SAMEBITS_TRIALRUN_H

#include "measure.h"
#include "plan.h"
#include "trial.h"

/* --until-ci: the first metric's interval is to be this wide at most. */
struct until {
	double width; /* 0: not asked for */
	bool percent; /* of the mean */
};

struct trialrun {
	struct experiment *experiment;
	const struct plan *plan;
	const struct measures *measures;
	struct trial trial; /* how runs are made; options but for the seed */
	unsigned jobs;	    /* at a time */
	struct until until;
	json_t *record; /* its "trials" are done, and get what is made */
	const char *dir; /* of the record */
	bool apart;	 /* other processes make other trials of it */
	const bool *left; /* by job: not to be made here; NULL: those not done */
	/* out: */
	bool narrow;	 /* the interval is as narrow as was asked for */
	size_t troubles; /* trials with trouble that was said */
	char *stopped;	 /* why nothing more was started; or NULL */
	int status;	 /* of the trial that could not be run; or 0 */
};

#define UNTIL_LEAST 3 /* trials */

/* 0; -EINTR: a signal asked for the end; -ECANCELED: `stopped` says why; or
 * another -errno. What had ended is in the record in any case. */
int trialrun_go(struct trialrun *r);
/* Says what is wrong with a trial, if anything is; of the first few, as *said
 * counts. */
void trialrun_say(size_t *said, const json_t *entry);

#endif
