/* SPDX-License-Identifier: MIT */
/* `samebits compare`: do two sets of trials differ, and by how much? */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "compare.h"
#include "find.h"
#include "runopts.h"
#include "say.h"
#include "text.h"
#include "verdict.h"

#define FEW 5

static struct {
	const char *store, *metric, *paired, *json;
} o;

static const struct opt compare_options[] = {
	{ "metric", 0, "NAME", "which one (default: the first of A's)",
	  &o.metric },
	{ "paired", 0, NULL, "judge by pairs of equal seeds, not by Welch's test",
	  &o.paired },
	{ "json", 0, NULL, "for programs", &o.json },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	OPTIONS_END
};

/* ---- reading ---- */

static bool has_metric(const struct side *s, const char *name)
{
	const json_t *list = json_object_get(s->record.content, "metrics"), *m;
	size_t i;

	json_array_foreach((json_t *)list, i, m) {
		const char *one = json_string_value(json_object_get(m, "name"));

		if (one && !strcmp(one, name))
			return true;
	}
	return false;
}

/* In words, for who named another one. */
static void print_metrics(char *out, size_t size, const struct side *s)
{
	const json_t *list = json_object_get(s->record.content, "metrics"), *m;
	size_t i, n = 0;

	*out = 0;
	json_array_foreach((json_t *)list, i, m)
		if (n < size)
			n += (size_t)snprintf(
				out + n, size - n, "%s%s", i ? ", " : "",
				json_string_value(json_object_get(m, "name")));
}

static int choose_metric(struct comparing *c)
{
	const struct side *const side[] = { &c->a, &c->b };
	const json_t *first = json_array_get(
		json_object_get(c->a.record.content, "metrics"), 0);
	char known[400];

	c->metric = o.metric ? o.metric
			     : json_string_value(
				       json_object_get(first, "name"));
	if (!c->metric)
		return fail("trials %s have no metric; make them with --metric "
			    "NAME=REGEX, or read one from the runs that there "
			    "are: samebits trials --resume=%s --metric "
			    "NAME=REGEX",
			    c->a.record.name, c->a.record.name);
	for (int i = 0; i < 2; i++) {
		if (has_metric(side[i], c->metric))
			continue;
		print_metrics(known, sizeof(known), side[i]);
		return fail("trials %s have no metric %s, but %s; name another "
			    "with --metric",
			    side[i]->record.name, c->metric,
			    *known ? known : "none at all");
	}
	return 0;
}

static int read_side(struct comparing *c, struct side *s)
{
	int ret = values_of(&s->values, s->record.content, c->metric, 0);

	if (!ret && s->values.n < 2)
		return fail("trials %s have %zu value%s of %s: a comparison "
			    "takes 2 at least, and says little below 5; "
			    "samebits trials --resume=%s -n 10 makes more",
			    s->record.name, s->values.n,
			    s->values.n == 1 ? "" : "s", c->metric,
			    s->record.name);
	if (!ret)
		ret = statistics_of(&s->statistics, s->values.x, s->values.n);
	if (ret == -ENOSYS)
		return fail("libgsl.so.27 is missing, which statistics are "
			    "made with; apt-get install libgsl27");
	return ret ? fail("%s", strerror(-ret)) : 0;
}

/* ---- comparing ---- */

/* Both lists are by seed. */
static size_t pair(const struct values *a, const struct values *b, double *x,
		   double *y)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->n && j < b->n) {
		if (a->seed[i] < b->seed[j]) {
			i++;
		} else if (a->seed[i] > b->seed[j]) {
			j++;
		} else {
			x[n] = a->x[i++];
			y[n++] = b->x[j++];
		}
	}
	return n;
}

static int compare_pairs(struct comparing *c)
{
	const struct values *a = &c->a.values, *b = &c->b.values;
	double *x = calloc(a->n + 1, sizeof(*x));
	double *y = calloc(a->n + 1, sizeof(*y));
	int ret = x && y ? 0 : -ENOMEM;

	if (!ret && a->folds == b->folds)
		c->pairs = pair(a, b, x, y);
	if (!ret && c->pairs >= 2)
		ret = statistics_paired(&c->paired, x, y, c->pairs);
	free(x);
	free(y);
	return ret;
}

static void note_side(struct comparing *c, const struct side *s)
{
	size_t n = s->values.n;

	if (n < FEW)
		text_note(
			c->notes,
			"trials %s have %zu values: so few find only large "
			"differences, and their intervals are right only if "
			"the values are normally distributed; samebits trials "
			"--resume=%s -n 10 makes more",
			s->record.name, n, s->record.name);
	if (s->values.missing + s->values.nan)
		text_note(c->notes,
			  "trials %s lack %zu values (failed, missing or NaN), "
			  "which are in no statistic: see samebits report %s",
			  s->record.name, s->values.missing + s->values.nan,
			  s->record.name);
	if (s->values.folds)
		text_note(c->notes,
			  "the values of trials %s are those of folds, which "
			  "share training data: p and intervals are too "
			  "small; take several seeds",
			  s->record.name);
}

static int compare(struct comparing *c)
{
	const struct values *a = &c->a.values, *b = &c->b.values;
	int ret = statistics_compare(&c->found, a->x, a->n, b->x, b->n);

	if (!ret)
		ret = compare_pairs(c);
	if (ret)
		return fail("%s", strerror(-ret));
	if (o.paired && c->pairs < 2)
		return fail("--paired: the two sets have %zu seeds in common, "
			    "and 2 are needed; make trials with the same "
			    "--seeds, or leave it away",
			    c->pairs);
	note_side(c, &c->a);
	note_side(c, &c->b);
	if (!(c->a.statistics.deviation > 0) &&
	    !(c->b.statistics.deviation > 0))
		text_note(c->notes,
			  "neither set spreads at all: see whether the program "
			  "fixes its own seeds (samebits report %s)",
			  c->a.record.name);
	return 0;
}

/* ---- the verb ---- */

static int judge(struct comparing *c, char **name)
{
	int ret = trialrecord_find(&c->a.record, o.store, name[0]);

	if (!ret)
		ret = trialrecord_find(&c->b.record, o.store, name[1]);
	if (!ret)
		ret = choose_metric(c);
	if (!ret)
		ret = read_side(c, &c->a);
	if (!ret)
		ret = read_side(c, &c->b);
	if (!ret)
		ret = compare(c);
	if (ret)
		return STATUS_UNKNOWN;
	if (o.json)
		compare_print_json(c);
	else
		compare_print(c);
	return compare_differ(c) ? STATUS_DIFFERENT : STATUS_SAME;
}

static void side_free(struct side *s)
{
	values_free(&s->values);
	trialrecord_free(&s->record);
}

static int compare_verb(int argc, char **argv)
{
	struct comparing c = { .a.record.lock = -1, .b.record.lock = -1 };
	int operands, ret = opts_permute(compare_options, argc, argv,
					 &operands);

	if (ret == 1) {
		opts_help(stdout, "compare [options] A B",
			  "Two sets of trials, by their numbers or paths: the "
			  "difference of their means with\nits interval, "
			  "Welch's test, the paired test where they have seeds "
			  "in common,\nP(A > B), and the size of the effect. "
			  "Exit status: 0 no significant difference\n(p >= "
			  "0.05), 1 different, 2 trouble.",
			  compare_options);
		return 0;
	}
	if (ret < 0)
		return STATUS_UNKNOWN;
	if (operands != 2) {
		fail("compare takes two sets of trials: samebits compare A B; "
		     "see samebits list");
		return STATUS_UNKNOWN;
	}
	c.notes = json_array();
	c.by_pairs = o.paired;
	ret = judge(&c, argv + 1);
	side_free(&c.a);
	side_free(&c.b);
	json_decref(c.notes);
	return ret;
}

const struct cmd cmd_compare = { "compare",
				 "two sets of trials: do they differ?",
				 compare_options, compare_verb };
