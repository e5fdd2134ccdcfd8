/* SPDX-License-Identifier: MIT */
/* What is asked of Slurm, by its own commands. */
#ifndef SAMEBITS_SLURM_H
#define SAMEBITS_SLURM_H

#include <stdbool.h>
#include <stddef.h>

struct slurm_job {
	char id[32];	  /* of an array */
	char cluster[64]; /* "": the one that is asked by default */
};

/* How a task of an array stands. */
struct slurm_task {
	char state[32]; /* Slurm's word, the last one; "": there was none */
	char why[32];	/* it waits; or "" */
	bool listed;	/* in the queue, or not yet forgotten */
};

/* Runs sbatch with these arguments (NULL-terminated, "sbatch" first, with
 * --parsable). 0; or -errno, and *words are Slurm's own, or NULL where there is no
 * sbatch; the caller's to free. */
int slurm_submit(const char *const argv[], struct slurm_job *job, char **words);
/* The largest index that a task of an array may have. */
size_t slurm_index_most(void);

/* How tasks 1 to n stand now, in task[0] to task[n - 1]. One that is cancelled
 * while it waits is listed no more. 0; -EAGAIN: Slurm does not answer, and *words
 * are its own. */
int slurm_look(const struct slurm_job *job, struct slurm_task *task, size_t n,
	       char **words);
/* How those that have ended did, from the accounts, where they are kept. */
void slurm_accounts(const struct slurm_job *job, struct slurm_task *task,
		    size_t n);
/* May it still leave something? */
bool slurm_goes_on(const struct slurm_task *task);

#endif
