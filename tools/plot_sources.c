/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"
#include "svg.h"
#include "tally.h"

#define SHOWN 30
#define ROW 24.0

static int by_calls(const void *a, const void *b)
{
	const struct tally_source *const *x = a, *const *y = b;

	if ((*x)->calls != (*y)->calls)
		return (*x)->calls < (*y)->calls ? 1 : -1;
	return strcmp((*x)->name, (*y)->name);
}

/* Logarithmic: a single call counts as much as the first of a million. */
static void draw(FILE *to, const struct tally_source *s, double y, double names,
		 double room, double most)
{
	double length = 3 + (room - 3) * log10((double)s->calls) / most;

	svg_label(to, "end", names - 8, y + 15, names - 8, s->name);
	svg_group(to, "tip", "%s (%s): %llu calls, %s", s->name, s->group,
		  (unsigned long long)s->calls, tally_policy(s));
	svg_rect(to, strcmp(tally_policy(s), "force") ? "bar-hollow" : "bar",
		 names, y + 4, length, ROW - 9);
	svg_group_end(to);
	svg_text(to, "quiet", names + length + 6, y + 15, "%llu",
		 (unsigned long long)s->calls);
}

void plot_sources(FILE *to, int width, const void *data)
{
	const struct tally *t = data;
	const struct tally_source **list = calloc(t->n + 1, sizeof(*list));
	size_t n = t->n < SHOWN ? t->n : SHOWN;
	double names = width > 400 ? 170 : 118, most = 1;

	svg_begin(to, width, (double)n * ROW + 24,
		  "Calls by source, on a logarithmic scale");
	for (size_t i = 0; list && i < t->n; i++) {
		list[i] = &t->source[i];
		most = fmax(most, log10((double)list[i]->calls));
	}
	if (list && t->n)
		qsort(list, t->n, sizeof(*list), by_calls);
	for (size_t i = 0; list && i < n; i++)
		draw(to, list[i], (double)i * ROW, names, width - names - 70,
		     most);
	if (t->n > n)
		svg_text(to, "quiet end", width, (double)n * ROW + 16,
			 "and %zu more sources", t->n - n);
	else
		svg_text(to, "quiet end", width, (double)n * ROW + 16,
			 "logarithmic scale");
	svg_end(to);
	free(list);
}
