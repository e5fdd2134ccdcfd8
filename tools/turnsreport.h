/* SPDX-License-Identifier: MIT */
/* What a run in turns came to: how often the turn went on, where threads waited
 * for each other or could not be waited for, which pools had one thread. */
#ifndef SAMEBITS_TURNSREPORT_H
#define SAMEBITS_TURNSREPORT_H

#include <stdio.h>

#include "runtimes.h"
#include "reader.h"
#include "symbols.h"

/* All processes of a run. */
struct turns {
	unsigned processes; /* that had threads in turns; 0: none had */
	unsigned threads;
	uint64_t passes;
	bool seeded;
	uint64_t seed;
	uint64_t halts[SB_HALT_KINDS]; /* by enum sb_halt_kind */
};
void turns_count(struct turns *t, const struct rundir *run);

/* "1 thread outside for too long, 2 busy loops"; NULL: all of it is repeated.
 * The caller's to free. */
char *turns_degraded(const struct turns *t);

/* Each halt of this kind with its stack, by lines that begin with `begin`;
 * false: there is none. */
bool turns_halts(FILE *to, struct symbols *symbols, const struct rundir *run,
		 enum sb_halt_kind kind, const char *begin);
/* Nothing where the run was not in turns. */
void turns_print(FILE *to, struct symbols *symbols, const struct rundir *run,
		 const struct runtimes *runtimes);
/* null where the run was not in turns. */
typedef void turns_stack(json_t *j, void *arg, const struct log *log,
			 const struct sb_site *site); /* adds a site's to j */
json_t *turns_json(const struct rundir *run, const struct runtimes *runtimes,
		   turns_stack *stack, void *arg);

#endif
