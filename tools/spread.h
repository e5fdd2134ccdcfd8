/* SPDX-License-Identifier: MIT */
/* Means of repeated measurements, and what can be said of them. */
#ifndef SAMEBITS_SPREAD_H
#define SAMEBITS_SPREAD_H

#include <stddef.h>

struct spread {
	size_t n;
	double mean, deviation; /* of the sample: n - 1 */
	double least, most;
};

/* The ratio of two means; low and high: its interval of 95% (Student's t on the
 * logarithms), equal to it where there are too few measurements. */
struct ratio {
	double value, low, high;
};

struct spread spread_of(const double *x, size_t n);
struct ratio ratio_of(const struct spread *a, const struct spread *b);

#endif
