/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trialdata.h"

/* ---- trials ---- */

static char *name_of(const json_t *trial)
{
	json_t *fold = json_object_get(trial, "fold");
	char *name;
	int ret;

	if (json_is_integer(fold))
		ret = asprintf(
			&name, "trial %lld, seed %lld, fold %lld",
			json_integer_value(json_object_get(trial, "trial")),
			json_integer_value(json_object_get(trial, "seed")),
			json_integer_value(fold));
	else
		ret = asprintf(
			&name, "trial %lld, seed %lld",
			json_integer_value(json_object_get(trial, "trial")),
			json_integer_value(json_object_get(trial, "seed")));
	return ret < 0 ? NULL : name;
}

static int add_series(struct curves *c, const json_t *list, const json_t *trial)
{
	struct series *s = &c->series[c->n];
	double *at = calloc(json_array_size(list), sizeof(*at));
	json_t *value;
	size_t i;

	if (!at)
		return -ENOMEM;
	json_array_foreach((json_t *)list, i, value) at[i] =
		json_is_number(value) ? json_number_value(value) : NAN;
	*s = (struct series){ name_of(trial), at, json_array_size(list) };
	c->n++;
	return s->name ? 0 : -ENOMEM;
}

static int by_value(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static double number(const json_t *j, const char *key)
{
	json_t *value = json_object_get(j, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static int read_metric(struct trial_metric *m, const json_t *trials,
		       const json_t *summary)
{
	size_t i, n = json_array_size(trials);
	json_t *trial;
	int ret = 0;

	m->values =
		(struct values){ .metric = m->name,
				 .value = calloc(n + 1, sizeof(struct value)),
				 .mean = number(summary, "mean"),
				 .low = number(summary, "low"),
				 .high = number(summary, "high") };
	m->curves = (struct curves){ .metric = m->name,
				     .series = calloc(n + 1,
						      sizeof(struct series)) };
	if (!m->values.value || !m->curves.series)
		return -ENOMEM;
	json_array_foreach((json_t *)trials, i, trial)
	{
		json_t *of = json_object_get(json_object_get(trial, "metrics"),
					     m->name);
		json_t *series = json_object_get(of, "series");
		struct value v = { number(of, "value"), NULL };

		if (isfinite(v.value)) {
			v.name = name_of(trial);
			m->values.value[m->values.n++] = v;
			ret = v.name ? ret : -ENOMEM;
		}
		if (!ret && json_array_size(series) > 1)
			ret = add_series(&m->curves, series, trial);
	}
	if (m->values.n)
		qsort(m->values.value, m->values.n, sizeof(struct value),
		      by_value);
	return ret;
}

int trial_metrics_read(struct trial_metrics *m, const json_t *record)
{
	json_t *summary = json_object_get(record, "summary"), *of;
	const char *name;
	int ret;

	*m = (struct trial_metrics){ .at = calloc(json_object_size(summary) + 1,
						  sizeof(*m->at)) };
	ret = m->at ? 0 : -ENOMEM;
	json_object_foreach(summary, name, of)
	{
		if (ret)
			break;
		m->at[m->n].name = name;
		ret = read_metric(&m->at[m->n++],
				  json_object_get(record, "trials"), of);
	}
	return ret;
}

void trial_metrics_free(struct trial_metrics *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct trial_metric *at = &m->at[i];

		for (size_t k = 0; k < at->values.n; k++)
			free((char *)at->values.value[k].name);
		for (size_t k = 0; k < at->curves.n; k++) {
			free((char *)at->curves.series[k].name);
			free((double *)at->curves.series[k].at);
		}
		free(at->values.value);
		free(at->curves.series);
	}
	free(m->at);
	*m = (struct trial_metrics){ 0 };
}

/* ---- blame ---- */

static void add_cost(struct costs *c, const json_t *cause, bool changes)
{
	json_t *cost = json_object_get(cause, "cost");
	const char *name = json_string_value(json_object_get(cause, "name"));
	double ratio = number(cost, "ratio");

	if (name && ratio > 0)
		c->cost[c->n++] =
			(struct cost){ name, ratio, number(cost, "low"),
				       number(cost, "high"), changes };
}

int costs_read(struct costs *c, const json_t *record)
{
	json_t *alone =
		json_object_get(json_object_get(record, "causes"), "alone");
	json_t *cause;
	size_t i;

	*c = (struct costs){ .cost = calloc(json_array_size(alone) + 1,
					    sizeof(*c->cost)) };
	if (!c->cost)
		return -ENOMEM;
	/* In the order of the table. */
	for (int changes = 1; changes >= 0; changes--)
		json_array_foreach(
			alone, i,
			cause) if (json_is_true(json_object_get(cause,
								"changes")) ==
				   changes) add_cost(c, cause, changes);
	return 0;
}
