/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spread.h"
#include "statistics.h"
#include "trialset.h"

/* ---- entries ---- */

enum state { FOUND, NOT_FOUND, NOT_A_NUMBER };

struct entry {
	uint64_t seed;
	json_int_t fold;
	double value;
	enum state state;
};

static bool ended_well(const json_t *trial)
{
	const char *how = json_string_value(json_object_get(trial, "how"));

	return how && !strcmp(how, "ended") &&
	       !json_integer_value(json_object_get(trial, "status"));
}

static struct entry entry_of(const json_t *trial, const char *metric)
{
	const json_t *m = json_object_get(json_object_get(trial, "metrics"),
					  metric);
	const json_t *value = json_object_get(m, "value");
	const json_t *fold = json_object_get(trial, "fold");
	struct entry e = {
		.seed = (uint64_t)json_integer_value(
			json_object_get(trial, "seed")),
		.fold = json_is_integer(fold) ? json_integer_value(fold) : -1,
		.value = json_number_value(value)
	};

	e.state = !m || !ended_well(trial)  ? NOT_FOUND
		  : json_is_number(value) ? FOUND
					  : NOT_A_NUMBER;
	return e;
}

static int by_seed(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->seed != y->seed)
		return x->seed < y->seed ? -1 : 1;
	return (x->fold > y->fold) - (x->fold < y->fold);
}

static struct entry *entries(const json_t *record, const char *metric,
			     size_t upto, size_t *n)
{
	const json_t *trials = json_object_get(record, "trials"), *trial;
	struct entry *list = calloc(json_array_size(trials) + 1, sizeof(*list));
	size_t i;

	*n = 0;
	if (!list)
		return NULL;
	json_array_foreach((json_t *)trials, i, trial)
		if (!upto || (size_t)json_integer_value(json_object_get(
				     trial, "trial")) <= upto)
			list[(*n)++] = entry_of(trial, metric);
	qsort(list, *n, sizeof(*list), by_seed);
	return list;
}

/* ---- from many entries to one ---- */

/* Sums of squares within groups, and their degrees of freedom. */
struct within {
	double squares;
	size_t freedom;
};

/* Repeats of one trial: their mean. A repeat without a value does not matter as
 * long as one has it. */
static struct entry mean_of_repeats(const struct entry *e, size_t n,
				    struct within *w)
{
	struct entry mean = *e;
	double *x = calloc(n, sizeof(*x));
	struct spread s;
	size_t found = 0;

	for (size_t i = 0; i < n && x; i++) {
		if (e[i].state == FOUND)
			x[found++] = e[i].value;
		else if (e[i].state == NOT_A_NUMBER)
			mean.state = NOT_A_NUMBER;
	}
	if (found) {
		s = spread_of(x, found);
		mean.state = FOUND;
		mean.value = s.mean;
		w->squares += s.deviation * s.deviation * (double)(found - 1);
		w->freedom += found - 1;
	}
	free(x);
	return mean;
}

/* Folds of one seed: only all of them are comparable with another seed's. */
static struct entry mean_of_folds(const struct entry *e, size_t n, size_t folds)
{
	struct entry mean = *e;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += e[i].value;
		if (e[i].state != FOUND)
			mean.state = e[i].state;
	}
	mean.value = sum / (double)n;
	if (n < folds && mean.state == FOUND)
		mean.state = NOT_FOUND;
	return mean;
}

/* Entries of one seed, and of one fold unless `folds`: how many follow. */
static size_t group(const struct entry *e, size_t n, bool folds)
{
	size_t i = 1;

	while (i < n && e[i].seed == e->seed &&
	       (folds || e[i].fold == e->fold))
		i++;
	return i;
}

static int keep(struct values *v, const struct entry *e, size_t n)
{
	v->seed = calloc(n + 1, sizeof(*v->seed));
	v->x = calloc(n + 1, sizeof(*v->x));
	if (!v->seed || !v->x)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		v->missing += e[i].state == NOT_FOUND;
		v->nan += e[i].state == NOT_A_NUMBER;
		if (e[i].state != FOUND)
			continue;
		v->seed[v->n] = v->folds ? (uint64_t)e[i].fold : e[i].seed;
		v->x[v->n++] = e[i].value;
	}
	return 0;
}

int values_of(struct values *v, const json_t *record, const char *metric,
	      size_t upto)
{
	size_t folds = (size_t)json_integer_value(
		json_object_get(record, "folds"));
	bool one_seed =
		json_array_size(json_object_get(record, "seeds")) == 1;
	struct within within = { 0 };
	size_t n, some, m = 0;
	struct entry *e = entries(record, metric, upto, &n);
	int ret;

	*v = (struct values){ .folds = folds && one_seed, .within = NAN };
	if (!e)
		return -ENOMEM;
	for (size_t i = 0; i < n; i += some) {
		some = group(e + i, n - i, false);
		e[m++] = mean_of_repeats(e + i, some, &within);
	}
	n = m;
	m = 0;
	for (size_t i = 0; i < n; i += some) {
		some = group(e + i, n - i, folds && !v->folds);
		e[m++] = mean_of_folds(e + i, some, v->folds ? 1 : folds);
	}
	if (within.freedom)
		v->within = sqrt(within.squares / (double)within.freedom);
	ret = keep(v, e, m);
	free(e);
	return ret;
}

void values_free(struct values *v)
{
	free(v->seed);
	free(v->x);
	*v = (struct values){ 0 };
}

size_t trialset_failed(const json_t *record)
{
	const json_t *trial;
	size_t i, failed = 0;

	json_array_foreach(json_object_get(record, "trials"), i, trial)
		failed += !ended_well(trial);
	return failed;
}

/* ---- summary ---- */

static void set(json_t *j, const char *key, double value)
{
	json_object_set_new(j, key,
			    isfinite(value) ? json_real(value) : json_null());
}

/* What is left of the spread of means when that of repeats is taken out. */
static double between(const struct values *v, double deviation, size_t repeat)
{
	double square;

	if (isnan(v->within))
		return NAN;
	square = deviation * deviation - v->within * v->within / (double)repeat;
	return square > 0 ? sqrt(square) : 0;
}

static int summary_of(json_t **out, const json_t *record, const char *metric)
{
	size_t repeat = (size_t)json_integer_value(
		json_object_get(record, "repeat"));
	struct statistics s = { .mean = NAN, .deviation = NAN,
				.t = { NAN, NAN }, .bca = { NAN, NAN },
				.median = NAN, .iqm = NAN,
				.least = NAN, .most = NAN };
	json_t *j = *out = json_object();
	struct values v;
	char *sentence;
	int ret = values_of(&v, record, metric, 0);

	if (!ret && v.n)
		ret = statistics_of(&s, v.x, v.n);
	sentence = v.n ? statistics_sentence(&s) : strdup("no value");
	json_object_set_new(j, "count", json_integer((json_int_t)v.n));
	json_object_set_new(j, "missing", json_integer((json_int_t)v.missing));
	json_object_set_new(j, "nan", json_integer((json_int_t)v.nan));
	set(j, "mean", s.mean);
	set(j, "deviation", s.deviation);
	set(j, "low", s.t.low);
	set(j, "high", s.t.high);
	set(j, "bca_low", s.bca.low);
	set(j, "bca_high", s.bca.high);
	set(j, "median", s.median);
	set(j, "iqm", s.iqm);
	set(j, "least", s.least);
	set(j, "most", s.most);
	json_object_set_new(j, "sentence",
			    json_string(sentence ? sentence : ""));
	set(j, "between_seeds", between(&v, s.deviation, repeat));
	set(j, "within_seeds", v.within);
	free(sentence);
	values_free(&v);
	return ret;
}

int trialset_summarise(json_t *record)
{
	const json_t *metrics = json_object_get(record, "metrics"), *metric;
	json_t *summary = json_object(), *one;
	size_t i;
	int ret = 0;

	json_array_foreach((json_t *)metrics, i, metric) {
		const char *name = json_string_value(
			json_object_get(metric, "name"));

		if (ret || !name)
			continue;
		ret = summary_of(&one, record, name);
		json_object_set_new(summary, name, one);
	}
	json_object_set_new(record, "summary", summary);
	return ret;
}
