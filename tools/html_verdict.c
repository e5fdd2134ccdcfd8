/* SPDX-License-Identifier: MIT */
/* What a page shows of a verdict: the record has it as report_json() made it.
 */
#include <ctype.h>
#include <string.h>

#include "html.h"
#include "text.h"
#include "verdict.h"

#define RESULTS 60
#define LINES 300 /* of other lists */

/* ---- head ---- */

static const char *word(const char *verdict)
{
	static const char *const words[][2] = {
		{ "same", "The same bits" },
		{ "within", "Equal within the tolerance" },
		{ "different", "Different" },
		{ "trouble", "Not known" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i][0], verdict))
			return words[i][1];
	return "Not ended";
}

static void facts(FILE *to, const char *dir, const json_t *verdict)
{
	json_t *manifest = manifest_read(dir);

	fputs("<dl class=\"facts\">\n", to);
	html_facts_of_run(to, manifest);
	html_fact(to, "runs");
	html_count(to, json_array_size(json_object_get(verdict, "runs")));
	html_fact_end(to);
	fputs("</dl>\n", to);
	json_decref(manifest);
}

/* The title says already whether it is different. */
static void put_sentence(FILE *to, const char *sentence)
{
	static const char begins[] = "different: ";

	if (!strncmp(sentence, begins, strlen(begins)))
		sentence += strlen(begins);
	html_format(to, "%c%s", toupper((unsigned char)*sentence),
		    *sentence ? sentence + 1 : "");
}

/* Where the first difference is, in a sentence. */
static void put_first(FILE *to, const json_t *s)
{
	json_t *stacks = json_object_get(s, "stacks");
	json_t *frame = json_array_get(json_array_get(stacks, 0), 0);
	json_t *line = json_object_get(frame, "line");

	fputs("<p>The first difference is in <em>", to);
	html_text(to, text_some(s, "source"));
	fputs("</em>", to);
	if (*text_some(frame, "function"))
		html_format(to, ", called by %s",
			    text_some(frame, "function"));
	if (*text_some(frame, "file"))
		html_format(to, " at %s",
			    html_base(text_some(frame, "file")));
	if (*text_some(frame, "file") && json_is_integer(line))
		fprintf(to, ":%" JSON_INTEGER_FORMAT, json_integer_value(line));
	fputs(".</p>\n", to);
}

static void put_deck(FILE *to, const json_t *verdict)
{
	json_t *list = json_object_get(verdict, "first_differences");

	fputs("<div class=\"deck\">\n<p>", to);
	if (verdict)
		put_sentence(to, text_some(verdict, "sentence"));
	else
		fputs("It was ended in the middle, and has no verdict.", to);
	fputs("</p>\n", to);
	if (*text_some(verdict, "likely")) {
		fputs("<p>", to);
		html_format(to, "It depends on %s.",
			    text_some(verdict, "likely"));
		fputs("</p>\n", to);
	}
	if (json_array_size(list))
		put_first(to, json_array_get(list, 0));
	fputs("</div>\n", to);
}

void html_verdict_head(FILE *to, const char *kind, const char *dir,
		       const json_t *verdict)
{
	const char *is = text_some(verdict, "verdict");
	char kicker[256], title[256], command[128];
	json_t *manifest = manifest_read(dir);

	html_title(command, sizeof(command), json_object_get(manifest, "argv"));
	snprintf(kicker, sizeof(kicker), "%s %.40s · %s", kind, html_base(dir),
		 command);
	if (!strcmp(kind, "blame") && strcmp(is, "trouble") && *is)
		snprintf(title, sizeof(title), "%s",
			 !strcmp(is, "same") ? "Nothing to blame"
					     : "What is to blame");
	else
		snprintf(title, sizeof(title), "%s", word(is));
	html_begin(to, kicker, title);
	put_deck(to, verdict);
	fputs("</header>\n", to);
	facts(to, dir, verdict);
	json_decref(manifest);
}

/* ---- results, variations, lists ---- */

static void results(FILE *to, const json_t *verdict)
{
	json_t *list = json_object_get(verdict, "results_that_differ"), *d;
	size_t i, n = json_array_size(list);

	if (!n)
		return;
	html_section(to, "results", "Results that differ", NULL);
	json_array_foreach(list, i, d)
	{
		if (i == RESULTS)
			break;
		fputs("<h3>", to);
		html_text(to, text_some(d, "what"));
		if (json_is_true(json_object_get(d, "within_tolerance")))
			fputs(" <span class=\"quiet\">within the tolerance"
			      "</span>",
			      to);
		fputs("</h3>\n<pre>", to);
		html_text(to, text_some(d, "text"));
		fputs("</pre>\n", to);
	}
	html_more(to, n > RESULTS ? n - RESULTS : 0, "results");
	html_section_end(to);
}

static void put_output(FILE *to, const json_t *x)
{
	const char *text = text_some(x, "text");

	if (!*text)
		return;
	fputs("<pre>", to);
	html_text(to, text);
	fputs("</pre>", to);
}

/* Results of --chaos, each with the command that repeats it. */
static void orders(FILE *to, const json_t *list)
{
	json_t *x;
	size_t i;

	html_section(to, "orders", "Each result, and what repeats it", NULL);
	fputs("<table class=\"cards\"><thead><tr><th class=\"number\">orders"
	      "</th><th>a second time</th><th>command</th></tr></thead><tbody>"
	      "\n",
	      to);
	json_array_foreach((json_t *)list, i, x)
	{
		json_t *again = json_object_get(x, "repeated");

		if (i == RESULTS)
			break;
		fputs("<tr><th scope=\"row\" class=\"number\">", to);
		html_value(to, json_object_get(x, "orders"));
		fprintf(to, "</th><td>%s</td><td class=\"wide-cell\"><code>",
			json_is_true(again) ? "the same"
			: json_is_false(again)
				? "<span class=\"marked\">another"
				  "</span>"
				: "not tried");
		html_text(to, text_some(x, "how"));
		fputs("</code>", to);
		put_output(to, x);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_more(to, i < json_array_size(list) ? json_array_size(list) - i : 0,
		  "results");
	html_section_end(to);
}

static void variations(FILE *to, const json_t *verdict)
{
	json_t *list = json_object_get(verdict, "depends_on"), *x;
	size_t i;

	if (!json_array_size(list))
		return;
	if (json_object_get(json_array_get(list, 0), "orders")) {
		orders(to, list);
		return;
	}
	html_section(to, "depends", "What the result depends on",
		     "One thing around the program was varied at a time.");
	fputs("<table class=\"cards\"><thead><tr><th>what</th><th>result</th>"
	      "<th>how it was varied</th></tr></thead><tbody>\n",
	      to);
	json_array_foreach(list, i, x)
	{
		json_t *depends = json_object_get(x, "depends");

		fputs("<tr><th scope=\"row\">", to);
		html_text(to, text_some(x, "name"));
		fputs("</th><td>", to);
		fputs(json_is_true(depends)
			      ? "<span class=\"marked\">depends</span>"
		      : json_is_null(depends)
			      ? "<span class=\"quiet\">not known</span>"
			      : "no",
		      to);
		fputs("</td><td class=\"wide-cell\">", to);
		html_text(to, text_some(x, "how"));
		put_output(to, x);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_section_end(to);
}

static void put_list(FILE *to, const char *id, const char *title,
		     const json_t *list)
{
	size_t i, n = json_array_size(list);
	json_t *value;

	if (!n)
		return;
	html_section(to, id, title, NULL);
	fputs("<ul>\n", to);
	json_array_foreach((json_t *)list, i, value)
	{
		if (i == LINES)
			break;
		fputs("<li>", to);
		html_text(to, json_string_value(value));
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
	html_more(to, n > LINES ? n - LINES : 0, "");
	html_section_end(to);
}

static void runs(FILE *to, const json_t *verdict)
{
	json_t *list = json_object_get(verdict, "runs"), *run;
	size_t i, n = json_array_size(list);

	if (!n)
		return;
	html_section(to, "runs", "Runs", NULL);
	if (n > 8)
		fprintf(to, "<details><summary>%zu runs</summary>\n", n);
	fputs("<table class=\"sort\"><thead><tr><th>run</th>"
	      "<th class=\"number\">time</th><th class=\"number\">status</th>"
	      "</tr></thead><tbody>\n",
	      to);
	json_array_foreach(list, i, run)
	{
		double s = json_number_value(json_object_get(run, "seconds"));

		if (i == LINES)
			break;
		fputs("<tr><th scope=\"row\">", to);
		html_text(to, text_some(run, "run"));
		fprintf(to, "</th><td class=\"number\" data-value=\"%.6f\">",
			s);
		html_seconds(to, s);
		fputs("</td><td class=\"number\">", to);
		html_value(to, json_object_get(run, "status"));
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_more(to, n > LINES ? n - LINES : 0, "runs");
	if (n > 8)
		fputs("</details>\n", to);
	html_section_end(to);
}

void html_verdict(FILE *to, const char *dir, const json_t *verdict)
{
	html_apart(to, verdict);
	results(to, verdict);
	variations(to, verdict);
	html_environments(to, dir, verdict);
	put_list(to, "blind", "Not controlled",
		 json_object_get(verdict, "not_controlled"));
	put_list(to, "compared", "Compared",
		 json_object_get(verdict, "compared"));
	runs(to, verdict);
}

void html_check(FILE *to, const char *dir, const json_t *record)
{
	const json_t *verdict = json_object_get(record, "verdict");

	html_verdict_head(to, "check", dir, verdict);
	html_verdict(to, dir, verdict);
	html_end(to);
}
