/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "plot.h"
#include "reader.h"
#include "svg.h"

/* ---- from events ---- */

static struct timeline_row *find(struct timeline *t, const char *group)
{
	struct timeline_row *row;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->row[i].group, group))
			return &t->row[i];
	row = realloc(t->row, (t->n + 1) * sizeof(*row));
	if (!row)
		return NULL;
	t->row = row;
	row += t->n++;
	*row = (struct timeline_row){ .group = group };
	return row;
}

/* The events of a thread, and the clock of its last one. */
static uint64_t measure(const struct log *log, uint32_t thread, double *last)
{
	const struct sb_event *event;
	struct events it;
	uint64_t n = 0;

	events_start(&it, log, thread);
	while ((event = events_next(&it))) {
		n++;
		if ((double)event->clock > *last)
			*last = (double)event->clock;
	}
	return n;
}

static int add(struct timeline *t, const struct log *log, uint32_t thread,
	       uint64_t n)
{
	struct timeline_row *row = NULL;
	const struct sb_event *event;
	struct events it;

	events_start(&it, log, thread);
	for (uint64_t i = 0; (event = events_next(&it)); i++) {
		const char *group = log->source[event->source].group;
		double share = t->span > 0 ? (double)event->clock / t->span
					   : (double)i / (double)n;
		size_t bin = share < 1 ? (size_t)(share * TIMELINE_BINS)
				       : TIMELINE_BINS - 1;

		if (!row || row->group != group)
			row = find(t, group);
		if (!row)
			return -ENOMEM;
		row->calls++;
		row->bin[bin]++;
		t->calls++;
	}
	return 0;
}

static int by_group(const void *a, const void *b)
{
	const struct timeline_row *x = a, *y = b;

	return strcmp(x->group, y->group);
}

int timeline_make(struct timeline *t, const struct rundir *run)
{
	uint32_t thread;
	int ret = 0;

	*t = (struct timeline){ 0 };
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t at = 0;
		     (thread = export_next_thread(&run->log[i], &at));)
			measure(&run->log[i], thread, &t->span);
	for (size_t i = 0; i < run->nlogs && !ret; i++)
		for (size_t at = 0; !ret && (thread = export_next_thread(
						     &run->log[i], &at));) {
			double ignored = 0;
			uint64_t n = t->span > 0 ? 0
						 : measure(&run->log[i], thread,
							   &ignored);

			ret = add(t, &run->log[i], thread, n);
		}
	if (t->n)
		qsort(t->row, t->n, sizeof(*t->row), by_group);
	return ret;
}

void timeline_free(struct timeline *t)
{
	free(t->row);
	*t = (struct timeline){ 0 };
}

/* ---- drawn ---- */

#define ROW 44.0
#define BARS 22.0

static void draw_row(FILE *to, const struct timeline_row *row, double width,
		     double y)
{
	double step = width / TIMELINE_BINS;
	uint64_t most = 1;

	for (size_t i = 0; i < TIMELINE_BINS; i++)
		most = row->bin[i] > most ? row->bin[i] : most;
	svg_text(to, "strong", 0, y + 12, "%s", row->group);
	svg_text(to, "quiet end", width, y + 12, "%llu call%s",
		 (unsigned long long)row->calls, row->calls == 1 ? "" : "s");
	for (size_t i = 0; i < TIMELINE_BINS; i++) {
		double height = BARS * (double)row->bin[i] / (double)most;

		if (!row->bin[i])
			continue;
		/* One call among thousands is seen, too. */
		height = height < 1.5 ? 1.5 : height;
		svg_group(to, "tip", "%s: %llu call%s", row->group,
			  (unsigned long long)row->bin[i],
			  row->bin[i] == 1 ? "" : "s");
		svg_rect(to, "bar", (double)i * step, y + ROW - 6 - height,
			 step * 0.8, height);
		svg_group_end(to);
	}
	svg_line(to, "axis", 0, y + ROW - 6, width, y + ROW - 6);
}

void plot_timeline(FILE *to, int width, const void *data)
{
	static const struct {
		double ns;
		const char *name;
	} unit[] = { { 1e9, "seconds of the logical clock" },
		     { 1e6, "milliseconds of the logical clock" },
		     { 1e3, "microseconds of the logical clock" } };
	const struct timeline *t = data;
	double height = (double)t->n * ROW, bottom = height + 2;
	struct scale scale = { 0 };
	size_t u = 0;

	svg_begin(to, width, bottom + 44, "Calls of sources over time");
	for (size_t i = 0; i < t->n; i++)
		draw_row(to, &t->row[i], width, (double)i * ROW);
	while (u < 2 && t->span < 2 * unit[u].ns)
		u++;
	if (t->span > 0) {
		scale = scale_make(0, t->span / unit[u].ns, 0.5, width - 0.5,
				   width > 400 ? 8 : 4);
		scale_below(to, &scale, bottom, bottom + 4, unit[u].name);
	} else {
		svg_text(to, "tick", 0, bottom + 16, "first call");
		svg_text(to, "tick end", width, bottom + 16,
			 "last call of each thread");
	}
	svg_end(to);
}
