/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "statistics.h"
#include "text.h"
#include "trialset.h"

#define SHOWN 40 /* trials that ended well; --json has all */
#define FAILED_SHOWN 40

/* Which columns there are. */
struct table {
	const json_t *metrics;
	bool folds, repeats;
};

static json_int_t number_of(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static void print_value(FILE *to, const json_t *trial, const char *name)
{
	const json_t *m = json_object_get(json_object_get(trial, "metrics"),
					  name);
	const json_t *value = json_object_get(m, "value");
	int width = strlen(name) > 10 ? (int)strlen(name) : 10;

	if (json_is_number(value))
		fprintf(to, "  %*.6g", width, json_number_value(value));
	else
		fprintf(to, "  %*s", width, m ? "NaN" : "-");
}

static void print_head(FILE *to, const struct table *t)
{
	const json_t *metric;
	size_t i;

	fprintf(to, "trial  %8s", "seed");
	if (t->folds)
		fprintf(to, "  fold");
	if (t->repeats)
		fprintf(to, "  repeat");
	fprintf(to, "  %-7s  status   seconds", "run");
	json_array_foreach((json_t *)t->metrics, i, metric)
		fprintf(to, "  %10s", text_some(metric, "name"));
	fprintf(to, "  result\n");
}

static void print_trial(FILE *to, const struct table *t, const json_t *trial)
{
	const char *trouble = text_some(trial, "trouble");
	const json_t *metric;
	size_t i;

	fprintf(to, "%5lld  %8llu", (long long)number_of(trial, "trial"),
		(unsigned long long)number_of(trial, "seed"));
	if (t->folds)
		fprintf(to, "  %4lld", (long long)number_of(trial, "fold"));
	if (t->repeats)
		fprintf(to, "  %6lld", (long long)number_of(trial, "repeat"));
	fprintf(to, "  %-7s  %6lld  %8.2f", text_some(trial, "run"),
		(long long)number_of(trial, "status"),
		json_number_value(json_object_get(trial, "seconds")));
	json_array_foreach((json_t *)t->metrics, i, metric)
		print_value(to, trial, text_some(metric, "name"));
	fprintf(to, "  %.8s\n", text_some(trial, "result"));
	if (*trouble) {
		fprintf(to, "       %s: ", text_some(trial, "how"));
		text_print(to, trouble);
		fputc('\n', to);
	}
}

static void print_table(FILE *to, const json_t *record)
{
	struct table t = { .metrics = json_object_get(record, "metrics"),
			   .folds = number_of(record, "folds") > 0,
			   .repeats = number_of(record, "repeat") > 1 };
	json_t *trials = json_object_get(record, "trials"), *trial;
	size_t i, well = 0, badly = 0, left_out = 0;

	if (json_array_size(trials))
		print_head(to, &t);
	json_array_foreach(trials, i, trial) {
		bool bad = *text_some(trial, "trouble");

		if (bad ? badly++ < FAILED_SHOWN : well++ < SHOWN)
			print_trial(to, &t, trial);
		else
			left_out++;
	}
	if (left_out)
		fprintf(to, "  … and %zu more, which --json has\n", left_out);
}

/* A digit more than the interval, or the deviation, is worth. */
static int decimals(const json_t *summary)
{
	double deviation = json_number_value(
		json_object_get(summary, "deviation"));
	double half = (json_number_value(json_object_get(summary, "high")) -
		       json_number_value(json_object_get(summary, "low"))) /
		      2;

	return statistics_decimals(half > 0 && half < deviation ? half
								: deviation) +
	       1;
}

static void print_numbers(FILE *to, const char *label, const json_t *summary,
			  const char *const *keys, const char *between)
{
	int d = decimals(summary);

	fprintf(to, "  %-24s", label);
	for (size_t i = 0; keys[i]; i++) {
		double x = json_number_value(json_object_get(summary, keys[i]));

		fprintf(to, "%s", i ? between : "");
		if (d > 0)
			fprintf(to, "%.*f", d, x);
		else
			fprintf(to, "%.6g", x);
	}
	fputc('\n', to);
}

static bool has(const json_t *summary, const char *key)
{
	return json_is_number(json_object_get(summary, key));
}

static void print_summary(FILE *to, const char *name, const json_t *s)
{
	static const char *const mean[] = { "mean", NULL },
		*const deviation[] = { "deviation", NULL },
		*const t[] = { "low", "high", NULL },
		*const bca[] = { "bca_low", "bca_high", NULL },
		*const median[] = { "median", NULL },
		*const iqm[] = { "iqm", NULL },
		*const range[] = { "least", "most", NULL },
		*const between[] = { "between_seeds", NULL },
		*const within[] = { "within_seeds", NULL };

	fputc('\n', to);
	text_print(to, name);
	fprintf(to, ": %s\n", text_some(s, "sentence"));
	if (!number_of(s, "count"))
		return;
	print_numbers(to, "mean", s, mean, "");
	if (has(s, "deviation"))
		print_numbers(to, "standard deviation", s, deviation, "");
	if (has(s, "low"))
		print_numbers(to, "95% by Student's t", s, t, " to ");
	if (has(s, "bca_low"))
		print_numbers(to, "95% by bootstrap (BCa)", s, bca, " to ");
	print_numbers(to, "median", s, median, "");
	print_numbers(to, "interquartile mean", s, iqm, "");
	print_numbers(to, "min, max", s, range, ", ");
	if (has(s, "between_seeds"))
		print_numbers(to, "spread of seeds", s, between, "");
	if (has(s, "within_seeds"))
		print_numbers(to, "spread of repeats", s, within, "");
	fprintf(to, "  %-24s%lld", "count", (long long)number_of(s, "count"));
	if (number_of(s, "missing"))
		fprintf(to, ", %lld missing",
			(long long)number_of(s, "missing"));
	if (number_of(s, "nan"))
		fprintf(to, ", %lld NaN", (long long)number_of(s, "nan"));
	fputc('\n', to);
}

static void print_command(FILE *to, const json_t *record, const char *number)
{
	json_t *argv = json_object_get(record, "argv"), *arg;
	json_t *trials = json_object_get(record, "trials");
	size_t i, failed = trialset_failed(record), n = json_array_size(trials);

	fprintf(to, "trials %s:", number);
	json_array_foreach(argv, i, arg) {
		fputc(' ', to);
		text_print(to, json_string_value(arg));
	}
	fprintf(to, "\n%zu of %lld trials made", n,
		(long long)number_of(record, "planned"));
	if (failed)
		fprintf(to, ", %zu failed", failed);
	fputc('\n', to);
}

void trialset_print(FILE *to, const json_t *record, const char *number)
{
	json_t *summary = json_object_get(record, "summary"), *one;
	json_t *notes = json_object_get(record, "notes"), *note;
	const char *name;
	size_t i;

	print_command(to, record, number);
	print_table(to, record);
	json_object_foreach(summary, name, one)
		print_summary(to, name, one);
	if (json_array_size(notes))
		fputc('\n', to);
	json_array_foreach(notes, i, note) {
		fputs("- ", to);
		text_print(to, json_string_value(note));
		fputc('\n', to);
	}
}
