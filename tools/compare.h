/* SPDX-License-Identifier: MIT */
/* Two sets of trials side by side. */
#ifndef SAMEBITS_COMPARE_H
#define SAMEBITS_COMPARE_H

#include <jansson.h>

#include "statistics.h"
#include "trialrecord.h"
#include "trialset.h"

struct side {
	struct trialrecord record;
	struct values values;
	struct statistics statistics;
};

struct comparing {
	struct side a, b;
	const char *metric;
	struct comparison_of found; /* A - B */
	struct test paired;
	size_t pairs; /* seeds that both have */
	bool by_pairs; /* which test decides */
	json_t *notes;
};

bool compare_differ(const struct comparing *c);
/* On standard output. */
void compare_print(const struct comparing *c);
void compare_print_json(const struct comparing *c);

#endif
