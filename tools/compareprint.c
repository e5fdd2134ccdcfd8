/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "text.h"

#define SIGNIFICANT 0.05

static const struct test *deciding(const struct comparing *c)
{
	return c->by_pairs ? &c->paired : &c->found.welch;
}

bool compare_differ(const struct comparing *c)
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

	if (compare_differ(c))
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

void compare_print(const struct comparing *c)
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

void compare_print_json(const struct comparing *c)
{
	const struct comparison_of *f = &c->found;
	json_t *j = json_pack(
		"{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, "
		"s:O}",
		"metric", c->metric, "different", json_boolean(compare_differ(c)),
		"by", c->by_pairs ? "paired" : "welch", "a", side_json(&c->a), "b",
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
