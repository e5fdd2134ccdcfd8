/* SPDX-License-Identifier: MIT */
/*
 * Which process of a parallel job this is, by the environment that mpirun, srun
 * or torchrun made for it.
 */
#ifndef SAMEBITS_RANK_H
#define SAMEBITS_RANK_H

#include <stdbool.h>
#include <stdint.h>

#define RANK_SIZE_MOST 1000000u

struct rank {
	uint32_t size;	/* processes of the job; 0: none, or alone in it */
	uint32_t rank;	/* below size */
	const char *by; /* the variable that says so */
	/* Names the job, the same in all its ranks: hex digits. Not `certain`:
	 * another job, at another time, may have it too. */
	char job[20];
	bool certain;
};

struct rank rank_find(void);
/* The basenames of programs that start ranks: mpirun and its like. */
bool rank_starter(const char *program);
/* Those whose ranks are no descendants of theirs: srun. */
bool rank_starter_remote(const char *program);

#endif
