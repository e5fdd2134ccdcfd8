/* SPDX-License-Identifier: MIT */
/* One task of a job array: a trial with its repeats (trialslurm.h). */
#ifndef SAMEBITS_TRIALTASK_H
#define SAMEBITS_TRIALTASK_H

/* `part` as in slurmpart.h; tasks are counted from 1. A status: 0, or 1 where a
 * trial has trouble, which was said. */
int trialtask(const char *part, const char *task);

#endif
