/* SPDX-License-Identifier: MIT */
/* The figures of the summary line. */
#ifndef SAMEBITS_SUMMARY_H
#define SAMEBITS_SUMMARY_H

#include <stdbool.h>

struct summary {
	unsigned sources, forced, observed, blind;
	unsigned unseen; /* objects that were not looked into */
	unsigned long calls;
	bool damaged;
	char *degraded; /* what is not repeated, in turns; NULL: nothing. The
			 * caller's to free */
};

int summary_read(const char *dir, struct summary *s); /* 0 or -errno */

#endif
