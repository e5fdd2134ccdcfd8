/* SPDX-License-Identifier: MIT */
/* What blame found, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cause.h"
#include "text.h"

char *causes_names(const struct causes *c)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	bool any = false;

	if (!to)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].changes) {
			fprintf(to, "%s%s", any ? ", " : "",
				c->at[i].what->name);
			any = true;
		}
	for (size_t i = 0; i < c->nset; i++)
		fprintf(to, "%s%s",
			i     ? " and "
			: any ? "; and on "
			      : "",
			c->at[c->set[i]].what->name);
	if (c->nset)
		fputs(c->nset > 1 ? " together" : "", to);
	fclose(to);
	if (any || c->nset)
		return text;
	free(text);
	return NULL;
}

static void print_lines(FILE *to, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		fputs("        ", to);
		text_print(to, line ? line : "?");
		fputc('\n', to);
		free(line);
		text += n + (text[n] == '\n');
	}
}

static void print_cause(FILE *to, const struct cause *c, bool recorded)
{
	char calls[24] = "", cost[48] = "";

	if (c->calls)
		snprintf(calls, sizeof(calls), "%lu", c->calls);
	if (c->cost.value > 0 && !recorded)
		snprintf(cost, sizeof(cost), "%.2f x (%.2f to %.2f)",
			 c->cost.value, c->cost.low, c->cost.high);
	fprintf(to, "  %-22s %9s  %-9s  %-23s %s\n", c->what->name, calls,
		c->skipped   ? "not tried"
		: c->changes ? "CHANGES"
			     : "same",
		cost, c->what->how);
	if (!c->changes && c->what->threads && c->runs)
		fprintf(to,
			"        in %u runs: as the system lets them, and in "
			"other orders of turns\n",
			c->runs);
	if (!c->changes)
		return;
	if (c->times < c->runs)
		fprintf(to, "        in %u of %u runs\n", c->times, c->runs);
	print_lines(to, c->how);
	print_lines(to, c->metric);
	for (int i = 0; i < CAUSE_SITES && c->site[i]; i++) {
		fputs("        called by ", to);
		text_print(to, c->site[i]);
		fputc('\n', to);
	}
}

/* How sure "same" is. */
static void print_missed(FILE *to, const struct causes *c, uint64_t runs)
{
	size_t same = 0;

	for (size_t i = 0; i < c->n; i++)
		same += !c->at[i].changes && !c->at[i].skipped &&
			!c->at[i].what->threads;
	if (same)
		fprintf(to,
			"\n  same: in %" PRIu64 " run%s each. What changes "
			"fewer than %.0f%% of runs may not have shown; -k "
			"%" PRIu64 "\n  makes that %.0f%%\n",
			runs, runs == 1 ? "" : "s", 100 * cause_missed(runs),
			runs * 5, 100 * cause_missed(runs * 5));
}

void causes_print(FILE *to, const struct causes *c, uint64_t runs)
{
	if (!c->n)
		return;
	fprintf(to, "\n  %-22s %9s  %-9s  %-23s %s\n",
		c->recorded ? "as recorded" : "left to chance", "calls",
		"result", c->recorded ? "" : "control costs", "what that is");
	for (int changes = 1; changes >= 0; changes--)
		for (size_t i = 0; i < c->n; i++)
			if (c->at[i].changes == changes)
				print_cause(to, &c->at[i], c->recorded);
	print_missed(to, c, runs);
}

static json_t *cause_json(const struct cause *c)
{
	json_t *j = json_object(), *sites = json_array();

	for (int i = 0; i < CAUSE_SITES && c->site[i]; i++)
		json_array_append_new(sites, text_json(c->site[i]));
	json_object_set_new(j, "name", json_string(c->what->name));
	json_object_set_new(j, "what", json_string(c->what->how));
	json_object_set_new(j, "calls", json_integer((json_int_t)c->calls));
	json_object_set_new(j, "changes",
			    c->skipped ? json_null()
				       : json_boolean(c->changes));
	json_object_set_new(j, "runs", json_integer(c->runs));
	json_object_set_new(j, "times", json_integer(c->times));
	json_object_set_new(j, "how", text_json(c->how));
	json_object_set_new(j, "metric", text_json(c->metric));
	json_object_set_new(j, "cost",
			    json_pack("{s:f, s:f, s:f}", "ratio", c->cost.value,
				      "low", c->cost.low, "high",
				      c->cost.high));
	json_object_set_new(j, "sites", sites);
	return j;
}

json_t *causes_json(const struct causes *c)
{
	json_t *list = json_array(), *set = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(list, cause_json(&c->at[i]));
	for (size_t i = 0; i < c->nset; i++)
		json_array_append_new(set,
				      json_string(c->at[c->set[i]].what->name));
	return json_pack("{s:o, s:o}", "alone", list, "together", set);
}
