/* SPDX-License-Identifier: MIT */
/* A blame's page: on which sources the result depends. */
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "plot.h"
#include "text.h"
#include "trialdata.h"

static void put_result(FILE *to, const json_t *changes)
{
	fputs(json_is_true(changes)   ? "<span class=\"marked\">changes</span>"
	      : json_is_null(changes) ? "<span class=\"quiet\">not tried</span>"
				      : "the same",
	      to);
}

static void put_evidence(FILE *to, const json_t *cause)
{
	json_t *sites = json_object_get(cause, "sites"), *site;
	size_t i;

	if (*text_some(cause, "what")) {
		fputs("<p>", to);
		html_text(to, text_some(cause, "what"));
		fputs("</p>", to);
	}
	if (*text_some(cause, "how")) {
		fputs("<pre>", to);
		html_text(to, text_some(cause, "how"));
		fputs("</pre>", to);
	}
	if (*text_some(cause, "metric")) {
		fputs("<pre>", to);
		html_text(to, text_some(cause, "metric"));
		fputs("</pre>", to);
	}
	if (!json_is_true(json_object_get(cause, "changes")))
		return;
	json_array_foreach(sites, i, site)
	{
		fputs("<p class=\"quiet\">called by ", to);
		html_text(to, json_string_value(site));
		fputs("</p>", to);
	}
}

static void put_cost(FILE *to, const json_t *cost)
{
	double ratio = json_number_value(json_object_get(cost, "ratio"));

	if (!(ratio > 0)) {
		fputs("–", to);
		return;
	}
	fprintf(to, "%.2f × <span class=\"quiet\">%.2f–%.2f</span>", ratio,
		json_number_value(json_object_get(cost, "low")),
		json_number_value(json_object_get(cost, "high")));
}

static void put_cause(FILE *to, const json_t *cause)
{
	json_t *calls = json_object_get(cause, "calls");

	fputs("<tr><th scope=\"row\">", to);
	html_text(to, text_some(cause, "name"));
	fputs("</th><td>", to);
	put_result(to, json_object_get(cause, "changes"));
	fprintf(to,
		"</td><td class=\"number\" data-label=\"calls\" "
		"data-value=\"%" JSON_INTEGER_FORMAT "\">",
		json_integer_value(calls));
	if (json_integer_value(calls))
		html_count(to, (uint64_t)json_integer_value(calls));
	fputs("</td><td class=\"number\" data-label=\"control costs\">", to);
	put_cost(to, json_object_get(cause, "cost"));
	fputs("</td><td class=\"wide-cell\">", to);
	put_evidence(to, cause);
	fputs("</td></tr>\n", to);
}

/* Those that change it first, as the text has them. */
static void causes(FILE *to, const json_t *alone)
{
	json_t *cause;
	size_t i;

	html_section(to, "causes", "One at a time left to chance",
		     "All else stayed controlled.");
	fputs("<table class=\"cards causes\"><thead><tr><th>left to chance</th>"
	      "<th>result</th><th class=\"number\">calls</th>"
	      "<th class=\"number\">control costs</th><th>what differs</th>"
	      "</tr></thead><tbody>\n",
	      to);
	for (int changes = 1; changes >= 0; changes--)
		json_array_foreach(
			(json_t *)alone, i,
			cause) if (json_is_true(json_object_get(cause,
								"changes")) ==
				   changes) put_cause(to, cause);
	fputs("</tbody></table>\n", to);
	html_section_end(to);
}

static void together(FILE *to, const json_t *set)
{
	json_t *name;
	size_t i;

	if (!json_array_size(set))
		return;
	html_section(to, "together", "Only together",
		     "The fewest of those that change nothing alone, and do "
		     "when they are left to chance together.");
	fputs("<ul>", to);
	json_array_foreach((json_t *)set, i, name)
	{
		fputs("<li>", to);
		html_text(to, json_string_value(name));
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
	html_section_end(to);
}

static void costs(FILE *to, const json_t *record)
{
	struct costs c;

	if (!costs_read(&c, record) && c.n) {
		html_section(to, "costs", "What control costs", NULL);
		html_figure(to, plot_costs, &c,
			    "Time with control to time without, with its "
			    "interval of 95%. Right of 1: control is slower.");
		html_section_end(to);
	}
	free(c.cost);
}

void html_blame(FILE *to, const char *dir, const json_t *record)
{
	json_t *verdict = json_object_get(record, "verdict");
	json_t *found = json_object_get(record, "causes");

	html_verdict_head(to, "blame", dir, verdict);
	if (json_array_size(json_object_get(found, "alone")))
		causes(to, json_object_get(found, "alone"));
	together(to, json_object_get(found, "together"));
	costs(to, record);
	html_verdict(to, dir, verdict);
	html_end(to);
}
