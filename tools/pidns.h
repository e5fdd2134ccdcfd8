/* SPDX-License-Identifier: MIT */
/*
 * Process ids that are real and repeat: a PID namespace for one run, with /proc
 * mounted anew in a mount namespace (pid_namespaces(7)). In it,
 *
 *	1	is ours: it only reaps, holds nothing open, and lives in the
 *		background until the last process of the run is gone, as the
 *		kernel kills what is left when it ends;
 *	2	is ours: a child of the launcher, and the program's parent;
 *	3	is the program, in each run.
 */
#ifndef SAMEBITS_PIDNS_H
#define SAMEBITS_PIDNS_H

#include <stdbool.h>
#include <sys/types.h>

struct pidns {
	bool user;  /* with a user namespace, in which we stay who we are */
	pid_t init; /* out: process 1, a child of the caller; 0: none */
	const char *refused; /* out: what the kernel did not do */
};

/* Could it work here without a user namespace? */
bool pidns_privileged(void);
/*
 * As fork(): returns 0 in the child, which is process 2. Block all signals
 * before. -errno: it was refused, and nothing is left of it.
 */
pid_t pidns_fork(struct pidns *n);
/* At the end: reaps process 1 unless it has to stay. */
void pidns_end(const struct pidns *n);

#endif
