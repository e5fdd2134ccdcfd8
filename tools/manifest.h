/* SPDX-License-Identifier: MIT */
/* manifest.json: what was run, as the launcher knows it. */
#ifndef SAMEBITS_MANIFEST_H
#define SAMEBITS_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include <jansson.h>

#include "variables.h"

struct manifest {
	const char *mode; /* "run" or "audit" */
	const char *program;
	char **argv;
	const char *settings;
	const char *pids, *pids_why; /* where process ids come from, and why */
	bool seeded;
	uint64_t seed;
	uint32_t threads;    /* --threads; 0: native */
	uint32_t processors; /* that samebits might use itself */
	const struct variables *variables;
	double start, end;	/* real time, seconds since 1970 */
	int status;		/* wait status; -1: still running */
	struct rusage used;	/* by the program and its children */
	json_t *log; /* what the logs come to (logdigest.h); NULL: not known */
	uint32_t ranks;	     /* that share the run; 0: it has none */
	uint32_t rank;	     /* this one's number */
	const char *blind[8][2]; /* kind, text */
	int blinds;
};

int manifest_write(const char *dir, const struct manifest *m); /* 0, -errno */

#endif
