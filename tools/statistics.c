/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "lazy.h"
#include "spread.h"
#include "statistics.h"

#define SONAME "libgsl.so.27"
#define FUNCTIONS(X)                                                           \
	X(gsl_cdf_tdist_Pinv)                                                  \
	X(gsl_cdf_tdist_Q)                                                     \
	X(gsl_cdf_ugaussian_P)                                                 \
	X(gsl_cdf_ugaussian_Pinv)                                              \
	X(gsl_rng_alloc)                                                       \
	X(gsl_rng_free)                                                        \
	X(gsl_rng_mt19937)                                                     \
	X(gsl_rng_uniform_int)                                                 \
	X(gsl_set_error_handler_off)                                           \
	X(gsl_sort)                                                            \
	X(gsl_sort_index)                                                      \
	X(gsl_stats_median_from_sorted_data)                                   \
	X(gsl_stats_quantile_from_sorted_data)                                 \
	X(gsl_stats_trmean_from_sorted_data)

static struct {
	FUNCTIONS(LAZY_POINTER)
} lib;
static const char *const names[] = { FUNCTIONS(LAZY_NAME) };

static int load(void)
{
	int ret = lazy_load(SONAME, names, LAZY_COUNT(names), &lib);

	if (!ret) /* it would abort */
		lib.gsl_set_error_handler_off();
	return ret;
}

double statistics_t95(double freedom)
{
	if (!(freedom > 0) || load())
		return INFINITY;
	return lib.gsl_cdf_tdist_Pinv(0.975, freedom);
}

/* ---- one set ---- */

int statistics_mean(struct statistics *s, const double *x, size_t n)
{
	struct spread spread = spread_of(x, n);
	double half;
	int ret = load();

	*s = (struct statistics){ .n = n,
				  .mean = spread.mean,
				  .deviation = n > 1 ? spread.deviation : NAN,
				  .t = { NAN, NAN },
				  .bca = { NAN, NAN },
				  .least = spread.least,
				  .most = spread.most };
	if (ret || n < 2)
		return ret;
	half = statistics_t95((double)n - 1) * s->deviation / sqrt((double)n);
	s->t = (struct interval){ s->mean - half, s->mean + half };
	return 0;
}

/* How much the mean's deviation changes with the mean: from the means without
 * each value. */
static double acceleration(const double *x, size_t n, double mean)
{
	double squares = 0, cubes = 0;

	for (size_t i = 0; i < n; i++) {
		/* mean of the means without one - that without x[i] */
		double u = (x[i] - mean) / (double)(n - 1);

		squares += u * u;
		cubes += u * u * u;
	}
	return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

static double resampled_mean(gsl_rng *r, const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[lib.gsl_rng_uniform_int(r, n)];
	return sum / (double)n;
}

/* The share of the resamples below their statistic on the whole; those equal to
 * it count half. */
static double share_below(const double *sorted, double value)
{
	size_t below = 0, equal = 0;

	for (size_t i = 0; i < RESAMPLES && sorted[i] <= value; i++)
		if (sorted[i] < value)
			below++;
		else
			equal++;
	return ((double)below + (double)equal / 2) / RESAMPLES;
}

static double corrected(const double *sorted, double z0, double a, double p)
{
	double z = z0 + lib.gsl_cdf_ugaussian_Pinv(p);
	double at = lib.gsl_cdf_ugaussian_P(z0 + z / (1 - a * z));

	return lib.gsl_stats_quantile_from_sorted_data(sorted, 1, RESAMPLES,
						       at);
}

static int bootstrap(struct interval *i, const double *x, size_t n, double mean)
{
	double *means = calloc(RESAMPLES, sizeof(*means)), z0, a, share;
	gsl_rng *r = lib.gsl_rng_alloc(*lib.gsl_rng_mt19937);
	int ret = means && r ? 0 : -ENOMEM;

	if (!ret) {
		for (size_t k = 0; k < RESAMPLES; k++)
			means[k] = resampled_mean(r, x, n);
		lib.gsl_sort(means, 1, RESAMPLES);
		share = share_below(means, mean);
		z0 = lib.gsl_cdf_ugaussian_Pinv(share);
		a = acceleration(x, n, mean);
		i->low = corrected(means, z0, a, 0.025);
		i->high = corrected(means, z0, a, 0.975);
	}
	if (r)
		lib.gsl_rng_free(r);
	free(means);
	return ret;
}

int statistics_of(struct statistics *s, const double *x, size_t n)
{
	double *sorted = calloc(n, sizeof(*sorted));
	int ret = sorted ? statistics_mean(s, x, n) : -ENOMEM;

	if (!ret) {
		memcpy(sorted, x, n * sizeof(*sorted));
		lib.gsl_sort(sorted, 1, n);
		s->median = lib.gsl_stats_median_from_sorted_data(sorted, 1, n);
		s->iqm = lib.gsl_stats_trmean_from_sorted_data(0.25, sorted, 1,
							       n);
	}
	if (!ret && n > 1 && s->least == s->most)
		s->bca = (struct interval){ s->mean, s->mean };
	else if (!ret && n > 1)
		ret = bootstrap(&s->bca, x, n, s->mean);
	free(sorted);
	return ret;
}

/* ---- two sets ---- */

/* Where nothing spreads, means that differ differ for certain. */
static void judge(struct test *t, double error)
{
	double half;

	if (error > 0) {
		t->t = t->difference / error;
		half = statistics_t95(t->freedom) * error;
		t->interval = (struct interval){ t->difference - half,
						 t->difference + half };
		t->p = 2 * lib.gsl_cdf_tdist_Q(fabs(t->t), t->freedom);
		return;
	}
	t->interval = (struct interval){ t->difference, t->difference };
	t->t = t->difference == 0 ? 0 : copysign(INFINITY, t->difference);
	t->p = t->difference == 0;
}

static void welch(struct test *t, const struct spread *a,
		  const struct spread *b)
{
	double n = (double)a->n, m = (double)b->n;
	double va = a->deviation * a->deviation / n;
	double vb = b->deviation * b->deviation / m;

	t->difference = a->mean - b->mean;
	t->freedom = va + vb > 0 ? (va + vb) * (va + vb) /
					   (va * va / (n - 1) + vb * vb / (m - 1))
				 : n + m - 2;
	judge(t, sqrt(va + vb));
}

static double hedges(const struct spread *a, const struct spread *b)
{
	double n = (double)a->n, m = (double)b->n;
	double pooled = sqrt(((n - 1) * a->deviation * a->deviation +
			      (m - 1) * b->deviation * b->deviation) /
			     (n + m - 2));

	return (a->mean - b->mean) / pooled * (1 - 3 / (4 * (n + m) - 9));
}

/* Both sets by size: which place holds a value of which set, and where values
 * that are equal end. So a resample is counted in one pass. */
struct merged {
	size_t n, m;
	double *value;	/* n of A, then m of B */
	size_t *order;	/* indexes of value, by size */
	unsigned *times; /* that each value was drawn */
};

static double probability(const struct merged *u)
{
	double wins = 0, below = 0; /* of B, by drawn values */
	size_t all = u->n + u->m, i = 0;

	while (i < all) {
		double value = u->value[u->order[i]], a = 0, b = 0;

		for (; i < all && u->value[u->order[i]] == value; i++)
			if (u->order[i] < u->n)
				a += u->times[u->order[i]];
			else
				b += u->times[u->order[i]];
		wins += a * (below + b / 2);
		below += b;
	}
	return wins / ((double)u->n * (double)u->m);
}

static void draw(gsl_rng *r, struct merged *u)
{
	memset(u->times, 0, (u->n + u->m) * sizeof(*u->times));
	for (size_t i = 0; i < u->n; i++)
		u->times[lib.gsl_rng_uniform_int(r, u->n)]++;
	for (size_t i = 0; i < u->m; i++)
		u->times[u->n + lib.gsl_rng_uniform_int(r, u->m)]++;
}

static void resample(struct comparison_of *c, struct merged *u, gsl_rng *r,
		     double *found)
{
	for (size_t i = 0; i < u->n + u->m; i++)
		u->times[i] = 1;
	lib.gsl_sort_index(u->order, u->value, 1, u->n + u->m);
	c->probability = probability(u);
	for (size_t k = 0; k < RESAMPLES; k++) {
		draw(r, u);
		found[k] = probability(u);
	}
	lib.gsl_sort(found, 1, RESAMPLES);
	c->probability_interval = (struct interval){
		lib.gsl_stats_quantile_from_sorted_data(found, 1, RESAMPLES,
							0.025),
		lib.gsl_stats_quantile_from_sorted_data(found, 1, RESAMPLES,
							0.975)
	};
}

static int improvement(struct comparison_of *c, const double *a, size_t n,
		       const double *b, size_t m)
{
	double *found = calloc(RESAMPLES, sizeof(*found));
	struct merged u = { n, m, calloc(n + m, sizeof(*u.value)),
			    calloc(n + m, sizeof(*u.order)),
			    calloc(n + m, sizeof(*u.times)) };
	gsl_rng *r = lib.gsl_rng_alloc(*lib.gsl_rng_mt19937);
	int ret = found && u.value && u.order && u.times && r ? 0 : -ENOMEM;

	if (!ret) {
		memcpy(u.value, a, n * sizeof(*a));
		memcpy(u.value + n, b, m * sizeof(*b));
		resample(c, &u, r, found);
	}
	if (r)
		lib.gsl_rng_free(r);
	free(u.value);
	free(u.order);
	free(u.times);
	free(found);
	return ret;
}

int statistics_compare(struct comparison_of *c, const double *a, size_t n,
		       const double *b, size_t m)
{
	struct spread sa = spread_of(a, n), sb = spread_of(b, m);
	int ret = load();

	*c = (struct comparison_of){ .g = NAN };
	if (ret)
		return ret;
	welch(&c->welch, &sa, &sb);
	if (sa.deviation > 0 || sb.deviation > 0)
		c->g = hedges(&sa, &sb);
	return improvement(c, a, n, b, m);
}

int statistics_paired(struct test *t, const double *x, const double *y,
		      size_t n)
{
	double *d = calloc(n, sizeof(*d));
	struct spread s;
	int ret = d ? load() : -ENOMEM;

	*t = (struct test){ .freedom = (double)n - 1 };
	if (!ret) {
		for (size_t i = 0; i < n; i++)
			d[i] = x[i] - y[i];
		s = spread_of(d, n);
		t->difference = s.mean;
		judge(t, s.deviation / sqrt((double)n));
	}
	free(d);
	return ret;
}

/* ---- for people ---- */

int statistics_decimals(double uncertainty)
{
	int exponent;

	if (!(uncertainty > 0) || isinf(uncertainty))
		return -1;
	exponent = (int)floor(log10(uncertainty));
	/* 0.0014 would be rounded by a third. */
	if (uncertainty / pow(10, exponent) < 1.95)
		exponent--;
	return exponent > 0 ? 0 : exponent < -15 ? 15 : -exponent;
}

char *statistics_sentence(const struct statistics *s)
{
	double half = (s->t.high - s->t.low) / 2;
	int spread = statistics_decimals(s->deviation), ret;
	int mean = statistics_decimals(half);
	int d = mean > spread ? mean : spread;
	char *text;

	if (s->n < 2)
		ret = asprintf(&text, "%.6g (n = %zu: no interval)", s->mean,
			       s->n);
	else if (d < 0)
		ret = asprintf(&text, "%.6g ± 0 (n = %zu, all the same)",
			       s->mean, s->n);
	else
		ret = asprintf(&text,
			       "%.*f ± %.*f (95%% CI %.*f to %.*f, n = %zu)", d,
			       s->mean, d, s->deviation, d, s->t.low, d,
			       s->t.high, s->n);
	return ret < 0 ? NULL : text;
}
