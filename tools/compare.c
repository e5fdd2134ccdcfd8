/* SPDX-License-Identifier: MIT */
/* `samebits compare`: do two sets of trials differ, and by how much? */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "find.h"
#include "runopts.h"
#include "say.h"
#include "statistics.h"
#include "text.h"
#include "trialrecord.h"
#include "trialset.h"
#include "verdict.h"

#define SIGNIFICANT 0.05
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

struct side {
	struct trialrecord record;
	struct values values;
	struct statistics statistics;
};

struct comparing {
	struct side a, b;
	const char *metric;
	struct comparison_of found;
	struct test paired;
	size_t pairs;
	json_t *notes;
};

__attribute__((format(printf, 2, 3))) static void note(struct comparing *c,
						       const char *format, ...)
{
	va_list ap;
	char *text;
	int ret;

	va_start(ap, format);
	ret = vasprintf(&text, format, ap);
	va_end(ap);
	if (ret < 0)
		return;
	json_array_append_new(c->notes, json_string(text));
	free(text);
}

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
		note(c, "trials %s have %zu values: so few find only large "
			"differences, and their intervals are right only if "
			"the values are normally distributed; samebits trials "
			"--resume=%s -n 10 makes more",
		     s->record.name, n, s->record.name);
	if (s->values.missing + s->values.nan)
		note(c, "trials %s lack %zu values (failed, missing or NaN), "
			"which are in no statistic: see samebits report %s",
		     s->record.name, s->values.missing + s->values.nan,
		     s->record.name);
	if (s->values.folds)
		note(c, "the values of trials %s are those of folds, which "
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
		note(c, "neither set spreads at all: see whether the program "
			"fixes its own seeds (samebits report %s)",
		     c->a.record.name);
	return 0;
}

static const struct test *deciding(const struct comparing *c)
{
	return o.paired ? &c->paired : &c->found.welch;
}

static bool differ(const struct comparing *c)
{
	return deciding(c)->p < SIGNIFICANT;
}

/* ---- for people ---- */

/* As many digits as the interval is worth. */
static int decimals(const struct test *t)
{
	int d = statistics_decimals(
		(t->interval.high - t->interval.low) / 2);

	return d < 0 ? 6 : d + 1;
}

static void print_p(double p)
{
	if (p < 0.0001)
		printf("p < 0.0001");
	else
		printf("p = %.*f", p < 0.1 ? 4 : 2, p);
}

static void print_test(const char *label, const char *test,
		       const struct test *t)
{
	int d = decimals(t);

	printf("%-20s %+.*f (95%% CI %+.*f to %+.*f), %s(%.4g) = %.3g, ",
	       label, d, t->difference, d, t->interval.low, d,
	       t->interval.high, test, t->freedom, t->t);
	print_p(t->p);
	putchar('\n');
}

static void print_side(const char *label, const struct side *s)
{
	char *sentence = statistics_sentence(&s->statistics);
	const json_t *argv = json_object_get(s->record.content, "argv"), *arg;
	size_t i;

	printf("%s  %s  %s\n  ", label, s->record.name,
	       sentence ? sentence : "");
	json_array_foreach((json_t *)argv, i, arg) {
		putchar(' ');
		text_print(stdout, json_string_value(arg));
	}
	putchar('\n');
	free(sentence);
}

static const char *size_words(double g)
{
	g = fabs(g);
	return g < 0.2 ? "negligible" : g < 0.5 ? "small"
			      : g < 0.8		? "medium"
						: "large";
}

static void print_sentence(const struct comparing *c)
{
	const struct test *t = deciding(c);
	int d = decimals(t);

	if (differ(c))
		printf("different: %s of A is %s by %.*f (95%% CI %.*f to "
		       "%.*f, ",
		       c->metric, t->difference > 0 ? "higher" : "lower", d,
		       fabs(t->difference), d,
		       t->difference > 0 ? t->interval.low : -t->interval.high,
		       d,
		       t->difference > 0 ? t->interval.high
					 : -t->interval.low);
	else
		printf("no significant difference in %s (", c->metric);
	print_p(t->p);
	puts(")");
}

static void print(const struct comparing *c)
{
	const struct comparison_of *f = &c->found;
	json_t *one;
	size_t i;

	print_sentence(c);
	putchar('\n');
	print_side("A", &c->a);
	print_side("B", &c->b);
	putchar('\n');
	print_test("A - B, Welch", "t", &f->welch);
	if (c->pairs >= 2) {
		char label[40];

		snprintf(label, sizeof(label), "A - B, %zu pairs", c->pairs);
		print_test(label, "t", &c->paired);
	}
	printf("%-20s %.2f (95%% CI %.2f to %.2f, bootstrap)\n", "P(A > B)",
	       f->probability, f->probability_interval.low,
	       f->probability_interval.high);
	if (!isnan(f->g))
		printf("%-20s %.2f, %s (Hedges' g)\n", "effect size", f->g,
		       size_words(f->g));
	json_array_foreach(c->notes, i, one)
		printf("%s- %s\n", i ? "" : "\n", json_string_value(one));
}

/* ---- for programs ---- */

static json_t *real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *test_json(const struct test *t)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "difference",
			 real(t->difference), "low", real(t->interval.low),
			 "high", real(t->interval.high), "t", real(t->t),
			 "freedom", real(t->freedom), "p", real(t->p));
}

static json_t *side_json(const struct side *s)
{
	const struct statistics *x = &s->statistics;

	return json_pack("{s:s, s:I, s:o, s:o, s:o, s:o}", "trials",
			 s->record.name, "count", (json_int_t)x->n, "mean",
			 real(x->mean), "deviation", real(x->deviation), "low",
			 real(x->t.low), "high", real(x->t.high));
}

static void print_json(const struct comparing *c)
{
	const struct comparison_of *f = &c->found;
	json_t *j = json_pack(
		"{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, "
		"s:O}",
		"metric", c->metric, "different", json_boolean(differ(c)),
		"by", o.paired ? "paired" : "welch", "a", side_json(&c->a), "b",
		side_json(&c->b), "welch", test_json(&f->welch), "paired",
		c->pairs >= 2 ? test_json(&c->paired) : json_null(), "pairs",
		(json_int_t)c->pairs, "probability", real(f->probability),
		"probability_low", real(f->probability_interval.low),
		"probability_high", real(f->probability_interval.high), "g",
		real(f->g), "notes", c->notes);

	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
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
		print_json(c);
	else
		print(c);
	return differ(c) ? STATUS_DIFFERENT : STATUS_SAME;
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
	ret = judge(&c, argv + 1);
	side_free(&c.a);
	side_free(&c.b);
	json_decref(c.notes);
	return ret;
}

const struct cmd cmd_compare = { "compare",
				 "two sets of trials: do they differ?",
				 compare_options, compare_verb };
