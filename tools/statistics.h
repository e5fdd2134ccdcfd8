/* SPDX-License-Identifier: MIT */
/*
 * What repeated measurements say: of one set of them, and of two. Distributions
 * and quantiles are GSL's, which is opened at the first use. Resamples are drawn
 * from a fixed seed, so that the same values give the same numbers.
 */
#ifndef SAMEBITS_STATISTICS_H
#define SAMEBITS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

#define RESAMPLES 10000

struct interval {
	double low, high; /* NAN: there are too few values */
};

struct statistics {
	size_t n;
	double mean, deviation; /* of the sample, n - 1; NAN for one value */
	struct interval t;	/* 95% of the mean, Student */
	/* The same by the bootstrap: bias-corrected and accelerated (Efron,
	 * JASA 1987). Equal to the mean where all values are. */
	struct interval bca;
	double median;
	double iqm; /* of what is left when a quarter (rounded down) is taken
		     * from each end */
	double least, most;
};

/* A test of whether two means differ. */
struct test {
	double difference; /* of the means, A - B */
	struct interval interval; /* 95% */
	double t, freedom;
	double p; /* two-sided */
};

struct comparison_of {
	struct test welch;
	/* P(a > b) + P(a = b) / 2 for values drawn from each: Mann and Whitney's
	 * U by both counts; its interval is the bootstrap's percentiles. */
	double probability;
	struct interval probability_interval;
	double g; /* Hedges: the difference in pooled deviations, corrected for
		   * few values; NAN where neither spreads */
};

/* n >= 1 finite values. 0, -ENOMEM, or -ENOSYS where GSL is missing. */
int statistics_of(struct statistics *s, const double *x, size_t n);
/* Only n, mean, deviation and the interval t. */
int statistics_mean(struct statistics *s, const double *x, size_t n);
/* Two or more values in each. */
int statistics_compare(struct comparison_of *c, const double *a, size_t n,
		       const double *b, size_t m);
/* x[i] - y[i], n >= 2. */
int statistics_paired(struct test *t, const double *x, const double *y,
		      size_t n);
/* Student's t, two-sided 95%. INFINITY where it is not known. */
double statistics_t95(double freedom);

/* The mean, its deviation and its interval, with as many digits as they are
 * worth: "0.912 ± 0.004 (95% CI 0.909 to 0.915, n = 10)". The caller's to free;
 * NULL: no memory. */
char *statistics_sentence(const struct statistics *s);
/* Decimals that such an uncertainty is worth, 0 to 15; of 0: -1. */
int statistics_decimals(double uncertainty);

#endif
