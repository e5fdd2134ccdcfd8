/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "spread.h"

struct spread spread_of(const double *x, size_t n)
{
	struct spread s = { .n = n };

	for (size_t i = 0; i < n; i++) {
		s.mean += x[i] / (double)n;
		s.least = !i || x[i] < s.least ? x[i] : s.least;
		s.most = !i || x[i] > s.most ? x[i] : s.most;
	}
	for (size_t i = 0; i < n && n > 1; i++)
		s.deviation +=
			(x[i] - s.mean) * (x[i] - s.mean) / (double)(n - 1);
	s.deviation = sqrt(s.deviation);
	return s;
}

/* Student's t, two-sided 95%, by degrees of freedom. */
static double t95(size_t freedom)
{
	static const double t[] = { 12.706, 4.303, 3.182, 2.776, 2.571,
				    2.447,  2.365, 2.306, 2.262, 2.228,
				    2.201,  2.179, 2.160, 2.145, 2.131,
				    2.120,  2.110, 2.101, 2.093, 2.086 };

	if (!freedom)
		return INFINITY;
	return freedom <= sizeof(t) / sizeof(*t) ? t[freedom - 1] : 1.96;
}

struct ratio ratio_of(const struct spread *a, const struct spread *b)
{
	struct ratio r = { 0 };
	double error;

	if (!a->n || !b->n || a->mean <= 0 || b->mean <= 0)
		return r;
	r.value = r.low = r.high = a->mean / b->mean;
	if (a->n < 2 || b->n < 2)
		return r;
	error = sqrt(pow(a->deviation / a->mean, 2) / (double)a->n +
		     pow(b->deviation / b->mean, 2) / (double)b->n) *
		t95(a->n + b->n - 2);
	r.low = r.value * exp(-error);
	r.high = r.value * exp(error);
	return r;
}
