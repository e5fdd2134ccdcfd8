/* SPDX-License-Identifier: MIT */
/*
 * The ranks of a job share a run of the store, and nothing else: each has a
 * directory of its own in it, RUN/rank-0003, as a run without ranks has.
 *
 *	STORE/.job-NAME/1.new	who made this directory makes the job's first
 *run STORE/.job-NAME/1	and then this link to it ("../000012")
 *	RUN/job			a link back ("../.job-NAME/1")
 *
 * All by single calls of the file system that either happen or find that
 * another did it (mkdir, symlink): there is no lock to hold, to lose or to wait
 * for. A rank that takes part already takes the job's next run: a program may
 * call `samebits run` several times in each rank.
 */
#ifndef SAMEBITS_JOB_H
#define SAMEBITS_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "rank.h"

#define JOB_WAIT 60 /* seconds for who makes the run */

/*
 * dir becomes the absolute path of this rank's directory in the job's run.
 * *first: we made the run, and what is common to all ranks is ours to write
 * there. 0 or -errno; -ETIMEDOUT: who makes the run did not finish; dir is
 * what to remove then.
 */
int job_join(const char *store, const struct rank *rank, char *dir, size_t size,
	     bool *first);
/* Undoes it: nothing was started. */
void job_leave(const char *dir);
/* The run of a rank's directory, or the directory itself where it is none. */
void job_run(char *run, size_t size, const char *dir);
/* Of a run without ranks, or rank 0's? */
bool job_first_rank(const char *dir);
/* A run is being removed: so are the job's links to it. */
void job_forget(const char *run);

#endif
