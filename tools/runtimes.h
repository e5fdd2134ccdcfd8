/* SPDX-License-Identifier: MIT */
/* The numeric libraries of a run: OpenMP, BLAS, CUDA, … */
#ifndef SAMEBITS_RUNTIMES_H
#define SAMEBITS_RUNTIMES_H

#include <stddef.h>
#include <stdint.h>

#include "reader.h"

struct runtime {
	const char *kind, *path, *text; /* of a log, while the run is open */
	uint32_t least, most;		/* threads; 0: not said */
	size_t processes;
};

struct runtimes {
	struct runtime *runtime; /* by kind, then path */
	size_t n;
};

/* Those of all processes, the same library once; 0 or -ENOMEM. */
int runtimes_find(struct runtimes *r, const struct rundir *run);
void runtimes_free(struct runtimes *r);

#endif
