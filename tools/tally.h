/* SPDX-License-Identifier: MIT */
/* The counters of a run, added up by source. */
#ifndef SAMEBITS_TALLY_H
#define SAMEBITS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"

struct use {
	const struct log *log;
	const struct sb_counter *counter;
	size_t order; /* of the counter in its log */
};

struct tally_source {
	const char *name, *group;
	uint64_t calls, bytes;
	uint64_t crypto_calls; /* of `calls`: served with the real thing */
	uint64_t suppressed_calls; /* of `calls`: denied, but for a rule */
	unsigned policies;     /* bit SB_x: applied to a caller, not crypto */
	size_t threads, processes;
	struct use *use; /* by lineage, exec, thread, then first call */
	size_t uses;
};

/* Only sources that were called, by group, then name; behind them, source[n] on,
 * what was written to, which is no source. Points into the run. */
struct tally {
	struct tally_source *source;
	size_t n;
	size_t outputs;
	size_t processes; /* that have a log */
};

/* 0 or -ENOMEM; tally_free() is due in either case. */
int tally_make(struct tally *tally, const struct rundir *run);
void tally_free(struct tally *tally);
/* Did it start threads, or regions of OpenMP? Adds up those calls. */
bool tally_threads(const struct tally *tally, unsigned long *calls);
/* "force", "observe", "pass", "deny"; "mixed" where callers were treated
 * differently; "crypto" where all were served with the real thing. */
const char *tally_policy(const struct tally_source *source);

#endif
