/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "spread.h"
#include "statistics.h"

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
	if (n && s.least == s.most) { /* not what rounding makes of it */
		s.mean = s.least;
		s.deviation = 0;
	}
	return s;
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
		statistics_t95((double)(a->n + b->n - 2));
	r.low = r.value * exp(-error);
	r.high = r.value * exp(error);
	return r;
}
