/* SPDX-License-Identifier: MIT */
/*
 * Ranks of a parallel program whose launcher (mpirun) runs in this run, so that
 * it started them, in an order that it does not promise: a process that finds
 * its rank in the environment is named by it, "0/R3" for "0/0.5", and so are
 * its children. Where `samebits run` itself runs in each rank, its setting
 * rank=N says that this is done: the first process has that name already.
 */
#ifndef SAMEBITS_RANK_H
#define SAMEBITS_RANK_H

/* Changes config.path. Before anything is named by it. */
void rank_start(char *const envp[]);

#endif
