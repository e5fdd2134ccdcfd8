/* SPDX-License-Identifier: MIT */
/* All that a report shows of a run, as text, as JSON and as a page. */
#ifndef SAMEBITS_REPORT_H
#define SAMEBITS_REPORT_H

#include <stdbool.h>

#include "blind.h"
#include "files.h"
#include "rules.h"
#include "runtimes.h"
#include "symbols.h"
#include "tally.h"

struct report {
	struct rundir run;
	struct tally tally;
	struct blinds blinds;
	struct runtimes runtimes;
	struct suppressions suppressions;
	struct symbols *symbols;
	struct files files; /* none where the run has no list */
	size_t sites;	    /* at most, a source; the caller's, as the next */
	bool colour;
};

/* 0, or -errno where the directory cannot be read; what is damaged is a note
 * of the run. report_close() is due in either case. */
int report_open(struct report *r, const char *dir);
void report_close(struct report *r);
const char *report_mode(const struct report *r);    /* NULL: not known */
const char *report_program(const struct report *r); /* NULL: not known */

/* The calls of all threads and processes from one place, which is what the
 * frames shown tell apart: whole stacks would give lines that look the same. */
struct shown {
	const struct use *use; /* one of them */
	const struct sb_site *site;
	uint64_t hash, calls;
};

/* Is it about where the program fixes a seed, whatever library takes it? Then
 * places are the program's own lines. */
bool report_of_seeding(const char *group);
/* Most calls first; `shown` has room for each of the source's uses, `frames`
 * tell places apart. Returns how many there are. */
size_t report_places(struct shown *shown, const struct tally_source *s,
		     unsigned frames);

#endif
