/* SPDX-License-Identifier: MIT */
/* In what the environments of two runs differ, what changes results first. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "envdiff.h"
#include "environment.h"
#include "html.h"
#include "text.h"

#define CHANGES 400

static json_t *environment_of(const char *dir, const char *run)
{
	char path[PATH_MAX];
	json_t *record;

	/* A record is written by samebits, but may have been changed. */
	if (!*run || strspn(run, "0123456789") != strlen(run))
		return NULL;
	snprintf(path, sizeof(path), "%.*s/%s", (int)(html_base(dir) - dir - 1),
		 dir, run);
	return environment_record(path, &record) ? NULL : record;
}

static void side(FILE *to, const char *name, const char *value)
{
	fprintf(to, "<td data-label=\"%s\">", name);
	html_text(to, value ? value : "–");
	fputs("</td>", to);
}

static void changes(FILE *to, const struct env_changes *c)
{
	const char *group = "";

	fputs("<table class=\"cards\"><thead><tr><th>what</th>"
	      "<th>in A</th><th>in B</th></tr></thead><tbody>\n",
	      to);
	for (size_t i = 0; i < c->n && i < CHANGES; i++) {
		const struct env_change *x = &c->at[i];

		fputs("<tr><th scope=\"row\">", to);
		if (strcmp(group, x->group)) {
			fputs("<span class=\"quiet\">", to);
			html_text(to, x->group);
			fputs("</span><br>", to);
		}
		group = x->group;
		html_text(to, x->what);
		fputs("</th>", to);
		side(to, "A", x->a);
		side(to, "B", x->b);
		fputs("</tr>\n", to);
	}
	fputs("</tbody></table>\n", to);
	html_more(to, c->n > CHANGES ? c->n - CHANGES : 0, "differences");
}

static void differences(FILE *to, const json_t *a, const json_t *b)
{
	struct env_changes c;

	if (!env_compare(&c, a, b) && !c.n)
		fputs("<p>No difference was found between the two "
		      "environments.</p>\n",
		      to);
	else if (c.n)
		changes(to, &c);
	env_changes_free(&c);
}

/* Those in which the first difference is, else the first and the last. */
static void two_runs(const json_t *verdict, const char **a, const char **b)
{
	json_t *runs = json_object_get(verdict, "runs");
	json_t *between = json_object_get(verdict, "between");
	size_t n = json_array_size(runs);

	*a = text_some(json_array_get(runs, 0), "run");
	*b = text_some(json_array_get(runs, n ? n - 1 : 0), "run");
	if (json_array_size(between) != 2)
		return;
	*a = json_string_value(json_array_get(between, 0)) ?: "";
	*b = json_string_value(json_array_get(between, 1)) ?: "";
}

void html_environments(FILE *to, const char *dir, const json_t *verdict)
{
	const char *a, *b;
	json_t *x, *y;

	two_runs(verdict, &a, &b);
	x = environment_of(dir, a);
	y = environment_of(dir, b);
	if (x && y) {
		html_section(to, "environment", "Environment", NULL);
		fputs("<p class=\"about\">", to);
		html_format(to,
			    "In what the environments of run %s (A) and "
			    "run %s (B) differ, what changes results first.",
			    a, b);
		fputs("</p>\n", to);
		differences(to, x, y);
		html_section_end(to);
	}
	json_decref(x);
	json_decref(y);
}
