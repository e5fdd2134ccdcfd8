/* SPDX-License-Identifier: MIT */
/*
 * Where two runs went apart: the first event of a thread that is not the same
 * in both. Threads are matched by their lineage and that of their process,
 * calls by source and place; values and lengths are compared, clocks and what
 * is real are not.
 */
#ifndef SAMEBITS_DIVERGENCE_H
#define SAMEBITS_DIVERGENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "reader.h"

/* A call, in one of the runs. */
struct moment {
	const struct log *log;	      /* NULL: there is no such process */
	const struct sb_event *event; /* NULL: the thread makes no more calls,
				       * or the runs have counters only */
	const struct sb_counter *counter; /* NULL: none */
	const struct sb_site *site;	  /* NULL: not known */
};

struct divergence {
	struct moment at[2]; /* in run A and in run B */
	const char *process, *thread;
	uint64_t index; /* of the event in its thread; of counters: 0 */
	const char *source, *group;
	bool operands_equal; /* a numeric call: it read the same and wrote
			      * something else */
	uint64_t clock;	     /* logical ns */
	size_t order;
};

/* Of each thread the first, and then each place's first. The first of all comes
 * first: by logical clock, then by lineage. Leads into the runs' logs. */
struct divergences {
	struct divergence *at;
	size_t n;
	bool events;		     /* by events in order; else by counters */
	bool complete;		     /* no event of either run is missing */
	unsigned long long compared; /* events */
};

/* 0 or -ENOMEM; divergences_free() is due in either case. */
int divergences_find(struct divergences *d, const struct rundir *a,
		     const struct rundir *b);
void divergences_free(struct divergences *d);

#endif
