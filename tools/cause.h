/* SPDX-License-Identifier: MIT */
/* What blame found of each group of sources. */
#ifndef SAMEBITS_CAUSE_H
#define SAMEBITS_CAUSE_H

#include "deviation.h"
#include "metric.h"
#include "repeat.h"
#include "spread.h"

#define CAUSE_SITES 3

struct cause {
	const struct deviation *what;
	unsigned long calls;	 /* in the base line */
	char *site[CAUSE_SITES]; /* from where most of them came */
	bool changes;		 /* the result */
	unsigned times, runs;	 /* in so many of so many runs */
	bool skipped;		 /* no time was left, or it cannot be tried */
	char *how;		 /* what differs then */
	char *metric;	   /* and what became of the numbers; NULL: none */
	struct ratio cost; /* time with control to time without */
};

struct causes {
	struct cause *at;
	size_t n;
	size_t *set; /* that change it only together */
	size_t nset;
	bool recorded; /* what is given back, in a base line that is seeded */
};

/* Attempts, by their numbers: `to` is behind the last. */
struct span {
	size_t from, to;
};

/* What a run shows that the program uses, of a table. 0 or -errno. */
int causes_find(struct causes *c, const struct deviation *table,
		const char *dir);
void causes_free(struct causes *c);
/* line: the attempts of the base line; of: those where this was left to chance.
 * changed: one whose result is another than that of `base`; NULL: none. */
int cause_judge(struct cause *c, struct repeat *r, const struct attempt *base,
		struct span line, struct span of, const struct attempt *changed,
		const struct metrics *metrics);
/* That which is about this deviation; NULL: it concerns nothing here. */
struct cause *causes_threads(const struct causes *c);
/* Of runs that would differ, the part at which one in 20 such experiments with
 * this many runs sees nothing. */
double cause_missed(uint64_t runs);
int causes_together(struct causes *c, const size_t *set, size_t n);
/* "clock, entropy; hash seeds and addresses together"; NULL: none changes it.
 * The caller's to free. */
char *causes_names(const struct causes *c);
/* runs: for each that was tried. */
void causes_print(FILE *to, const struct causes *c, uint64_t runs);
json_t *causes_json(const struct causes *c);

#endif
