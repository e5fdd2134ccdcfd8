/* SPDX-License-Identifier: MIT */
/*
 * Trials that Slurm makes: job arrays, a task for each trial with its repeats. The
 * record's "slurm" says which arrays there are: "part" (slurmpart.h), "job",
 * "cluster", "tasks", and whether they are "gathered".
 */
#ifndef SAMEBITS_TRIALSLURM_H
#define SAMEBITS_TRIALSLURM_H

#include "plan.h"
#include "trial.h"
#include "trialrecord.h"

struct trialslurm {
	struct trialrecord *record;
	const struct plan *plan;
	const struct trial *trial; /* options but for the seed */
	unsigned jobs;		   /* at a time; 0: as Slurm likes */
	const char *sbatch;	   /* options for it, in lines; or NULL */
	/* out: */
	size_t troubles; /* trials with trouble that was said */
	int signal;	 /* that ended the waiting */
};

/* Hands over what the record has not. 0, or a status after saying why; what
 * sbatch has taken until then is in the record. */
int trialslurm_submit(struct trialslurm *s);
/* Waits for the arrays and adds what trials came to. Of one that left nothing,
 * Slurm's word for it is added. 0, -EINTR (`signal`; the arrays go on), or another
 * -errno. */
int trialslurm_gather(struct trialslurm *s);

/* Arrays not gathered yet. */
size_t trialslurm_arrays(const struct trialrecord *r);
/* Their jobs: "34 35"; the caller's to free. */
char *trialslurm_jobs(const struct trialrecord *r);
/* Does Slurm still have tasks of them? */
bool trialslurm_goes_on(const struct trialrecord *r);

#endif
