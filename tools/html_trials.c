/* SPDX-License-Identifier: MIT */
/* The page of a record of trials. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "reader.h"
#include "text.h"
#include "trialdata.h"

#define TRIALS 600
#define METRICS 8 /* with plots */
#define COLUMNS 6 /* of metrics in the table */

static bool ended(const json_t *trial)
{
	return !strcmp(text_some(trial, "how"), "ended");
}

/* ---- head ---- */

static size_t count_ended(const json_t *trials)
{
	size_t i, n = 0;
	json_t *trial;

	json_array_foreach((json_t *)trials, i, trial) n += ended(trial);
	return n;
}

/* How many results there are, of trials that ended. */
static size_t count_results(const json_t *trials)
{
	json_t *seen = json_object(), *trial;
	size_t i, n;

	json_array_foreach((json_t *)trials, i, trial) if (ended(trial))
		json_object_set_new(seen, text_some(trial, "result"),
				    json_true());
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static void put_deck(FILE *to, const json_t *record)
{
	json_t *trials = json_object_get(record, "trials");
	json_t *summary = json_object_get(record, "summary"), *of;
	size_t n = json_array_size(trials), good = count_ended(trials);
	const char *name;

	fputs("<div class=\"deck\">\n", to);
	json_object_foreach(summary, name, of)
	{
		fputs("<p><span class=\"name\">", to);
		html_text(to, name);
		fputs("</span> ", to);
		html_text(to, text_some(of, "sentence"));
		fputs("</p>\n", to);
	}
	if (good < n)
		fprintf(to,
			"<p><em>%zu of %zu trials did not end well.</em>"
			"</p>\n",
			n - good, n);
	fputs("</div>\n", to);
}

static void facts(FILE *to, const json_t *record)
{
	json_t *trials = json_object_get(record, "trials");
	json_t *folds = json_object_get(record, "folds");

	fputs("<dl class=\"facts\">\n", to);
	html_facts_of_run(to, record);
	html_fact_json(to, "planned", json_object_get(record, "planned"));
	html_fact(to, "seeds");
	html_count(to, json_array_size(json_object_get(record, "seeds")));
	html_fact_end(to);
	if (json_integer_value(folds))
		html_fact_json(to, "folds", folds);
	html_fact_json(to, "repeat", json_object_get(record, "repeat"));
	html_fact(to, "different results");
	fprintf(to, "%zu in %zu trials", count_results(trials),
		count_ended(trials));
	html_fact_end(to);
	html_fact_json(to, "commit", json_object_get(record, "commit"));
	fputs("</dl>\n", to);
}

/* ---- a metric ---- */

static void put_number(FILE *to, const char *term, const json_t *value)
{
	if (!json_is_number(value))
		return;
	html_fact(to, term);
	fprintf(to, "%.5g", json_number_value(value));
	html_fact_end(to);
}

static void put_range(FILE *to, const char *term, const json_t *low,
		      const json_t *high)
{
	if (!json_is_number(low) || !json_is_number(high))
		return;
	html_fact(to, term);
	fprintf(to, "%.5g to %.5g", json_number_value(low),
		json_number_value(high));
	html_fact_end(to);
}

static void put_summary(FILE *to, const json_t *s)
{
	fputs("<dl class=\"facts figures\">\n", to);
	put_number(to, "trials with a value", json_object_get(s, "count"));
	if (json_integer_value(json_object_get(s, "missing")))
		put_number(to, "without one", json_object_get(s, "missing"));
	if (json_integer_value(json_object_get(s, "nan")))
		put_number(to, "not a number", json_object_get(s, "nan"));
	put_number(to, "mean", json_object_get(s, "mean"));
	put_number(to, "standard deviation", json_object_get(s, "deviation"));
	put_range(to, "95% interval (t)", json_object_get(s, "low"),
		  json_object_get(s, "high"));
	put_range(to, "95% interval (BCa)", json_object_get(s, "bca_low"),
		  json_object_get(s, "bca_high"));
	put_number(to, "median", json_object_get(s, "median"));
	put_number(to, "interquartile mean", json_object_get(s, "iqm"));
	put_range(to, "least to most", json_object_get(s, "least"),
		  json_object_get(s, "most"));
	put_number(to, "deviation between seeds",
		   json_object_get(s, "between_seeds"));
	put_number(to, "deviation within a seed",
		   json_object_get(s, "within_seeds"));
	fputs("</dl>\n", to);
}

static void put_curves(FILE *to, const struct curves *c)
{
	if (!c->n)
		return;
	html_figure(to, plot_curves, c,
		    c->n > 1 ? "Each trial, their mean, and a band of ± 1 "
			       "standard deviation around it."
			     : "The one trial that has a series.");
	if (c->n > CURVES_SHOWN)
		html_more(to, c->n - CURVES_SHOWN,
			  "trials, which count in mean and band");
}

static void put_metric(FILE *to, const struct trial_metric *m,
		       const json_t *summary, size_t number)
{
	char id[32];

	snprintf(id, sizeof(id), "metric-%zu", number);
	html_section(to, id, m->name, NULL);
	put_curves(to, &m->curves);
	if (m->values.n)
		html_figure(to, plot_values, &m->values,
			    "The last value of each trial: dots, then the "
			    "median with the middle half and the range, then "
			    "the mean with its interval of 95%.");
	else
		fputs("<p>No trial has a value.</p>\n", to);
	put_summary(to, summary);
	html_section_end(to);
}

static void metrics(FILE *to, const json_t *record)
{
	json_t *summary = json_object_get(record, "summary");
	struct trial_metrics m;
	int ret = trial_metrics_read(&m, record);

	for (size_t i = 0; i < m.n && i < METRICS && !ret; i++)
		put_metric(to, &m.at[i], json_object_get(summary, m.at[i].name),
			   i + 1);
	html_more(to, m.n > METRICS ? m.n - METRICS : 0, "metrics");
	trial_metrics_free(&m);
}

/* ---- the table ---- */

/* As many digits for all of a metric as tell its trials apart: numbers stand
 * below each other. */
static void put_digits(FILE *to, double value, const json_t *summary)
{
	double least = json_number_value(json_object_get(summary, "least"));
	double most = json_number_value(json_object_get(summary, "most"));
	double large = fmax(fabs(least), fabs(most));
	double digits = most > least ? ceil(-log10(most - least)) + 3 : 6;

	if (large >= 1e7 || large < 1e-3 || digits > 9)
		fprintf(to, "%.6g", value);
	else
		fprintf(to, "%.*f", digits > 0 ? (int)digits : 0, value);
}

static void put_value(FILE *to, const json_t *trial, const char *metric,
		      const json_t *summary)
{
	json_t *of = json_object_get(json_object_get(trial, "metrics"), metric);
	json_t *value = json_object_get(of, "value");

	fputs("<td class=\"number\" data-label=\"", to);
	html_short(to, metric, 16);
	if (json_is_number(value))
		fprintf(to, "\" data-value=\"%.17g\">",
			json_number_value(value));
	else
		fputs("\">", to);
	if (json_is_number(value))
		put_digits(to, json_number_value(value), summary);
	else
		fputs(json_is_true(json_object_get(of, "nan")) ? "NaN" : "–",
		      to);
	fputs("</td>", to);
}

static void put_integer(FILE *to, const json_t *trial, const char *key)
{
	fprintf(to, "<td class=\"number\" data-label=\"%s\">", key);
	html_value(to, json_object_get(trial, key));
	fputs("</td>", to);
}

static void put_how(FILE *to, const json_t *trial)
{
	json_t *status = json_object_get(trial, "status");

	if (ended(trial)) {
		fputs("<td class=\"digest\" data-label=\"result\">", to);
		html_format(to, "%.8s", text_some(trial, "result"));
	} else {
		fputs("<td data-label=\"result\"><span class=\"marked\">", to);
		html_text(to, text_some(trial, "how"));
		if (json_integer_value(status))
			fprintf(to, ", status %" JSON_INTEGER_FORMAT,
				json_integer_value(status));
		fputs("</span>", to);
	}
	if (*text_some(trial, "trouble")) {
		fputs(" <span class=\"quiet\">", to);
		html_text(to, text_some(trial, "trouble"));
		fputs("</span>", to);
	}
	fputs("</td>", to);
}

static void put_trial(FILE *to, const json_t *trial, const json_t *summary,
		      bool folds)
{
	double s = json_number_value(json_object_get(trial, "seconds"));
	const char *name;
	size_t columns = 0;
	json_t *of;

	fprintf(to, "<tr%s><th scope=\"row\">",
		ended(trial) ? "" : " class=\"failed\"");
	html_value(to, json_object_get(trial, "trial"));
	fputs("</th>", to);
	put_integer(to, trial, "seed");
	if (folds)
		put_integer(to, trial, "fold");
	json_object_foreach((json_t *)summary, name,
			    of) if (columns++ < COLUMNS)
		put_value(to, trial, name, of);
	fprintf(to,
		"<td class=\"number\" data-label=\"time\" "
		"data-value=\"%.6f\">",
		s);
	html_seconds(to, s);
	fputs("</td><td class=\"number\" data-label=\"run\">", to);
	html_value(to, json_object_get(trial, "run"));
	fputs("</td>", to);
	put_how(to, trial);
	fputs("</tr>\n", to);
}

static void table(FILE *to, const json_t *record)
{
	json_t *trials = json_object_get(record, "trials"), *trial, *of;
	json_t *summary = json_object_get(record, "summary");
	bool folds = json_integer_value(json_object_get(record, "folds")) > 0;
	size_t i, n = json_array_size(trials), columns = 0;
	const char *name;

	if (!n)
		return;
	html_section(to, "trials", "Every trial",
		     "Equal results are the same bits.");
	fputs("<table class=\"cards pairs sort\"><thead><tr><th>trial</th>"
	      "<th class=\"number\">seed</th>",
	      to);
	if (folds)
		fputs("<th class=\"number\">fold</th>", to);
	json_object_foreach(summary, name, of) if (columns++ < COLUMNS)
	{
		fputs("<th class=\"number\">", to);
		html_short(to, name, 16);
		fputs("</th>", to);
	}
	fputs("<th class=\"number\">time</th><th class=\"number\">run</th>"
	      "<th>result</th></tr></thead><tbody>\n",
	      to);
	json_array_foreach(trials, i, trial)
	{
		if (i == TRIALS)
			break;
		put_trial(to, trial, summary, folds);
	}
	fputs("</tbody></table>\n", to);
	html_more(to, n > TRIALS ? n - TRIALS : 0, "trials");
	html_section_end(to);
}

static void notes(FILE *to, const json_t *record)
{
	json_t *list = json_object_get(record, "notes"), *note;
	size_t i;

	if (!json_array_size(list))
		return;
	html_section(to, "notes", "Notes", NULL);
	fputs("<ul>\n", to);
	json_array_foreach(list, i, note)
	{
		if (i == 100)
			break;
		fputs("<li>", to);
		html_text(to, json_string_value(note));
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
	html_section_end(to);
}

void html_trials(FILE *to, const char *dir, const json_t *record)
{
	json_t *argv = json_object_get(record, "argv");
	size_t n = json_array_size(json_object_get(record, "trials"));
	char kicker[256], title[64], command[128];

	html_title(command, sizeof(command), argv);
	snprintf(kicker, sizeof(kicker), "trials %.40s · %s", html_base(dir),
		 command);
	snprintf(title, sizeof(title), "%zu trial%s", n, n == 1 ? "" : "s");
	html_begin(to, kicker, title);
	put_deck(to, record);
	fputs("</header>\n", to);
	facts(to, record);
	metrics(to, record);
	table(to, record);
	notes(to, record);
	html_end(to);
}
