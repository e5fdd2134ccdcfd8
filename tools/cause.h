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
	bool skipped;		 /* no time was left */
	char *how;		 /* what differs then */
	char *metric;	   /* and what became of the numbers; NULL: none */
	struct ratio cost; /* time with control to time without */
};

struct causes {
	struct cause *at;
	size_t n;
	size_t *set; /* that change it only together */
	size_t nset;
};

/* What a run shows that the program uses. 0 or -errno. */
int causes_find(struct causes *c, const char *dir);
void causes_free(struct causes *c);
/* From the attempts: of the base line the first `k`, of this one those from
 * `first`. changed: with another result; NULL: none. */
int cause_judge(struct cause *c, struct repeat *r, const struct attempt *base,
		size_t k, size_t first, const struct attempt *changed,
		const struct metrics *metrics);
int causes_together(struct causes *c, const size_t *set, size_t n);
/* "clock, entropy; hash seeds and addresses together"; NULL: none changes it.
 * The caller's to free. */
char *causes_names(const struct causes *c);
void causes_print(FILE *to, const struct causes *c);
json_t *causes_json(const struct causes *c);

#endif
