/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "plot.h"
#include "svg.h"

#define ROW 30.0

static void draw(FILE *to, const struct cost *c, const struct scale *x,
		 double y, double names)
{
	const char *line = c->changes ? "interval" : "interval-quiet";

	svg_label(to, c->changes ? "end marked strong" : "end", names - 10,
		  y + 19, names - 10, c->name);
	svg_group(to, "tip", "%s: %.2f x (%.2f to %.2f)", c->name, c->ratio,
		  c->low, c->high);
	svg_line(to, line, scale_at(x, c->low), y + 15, scale_at(x, c->high),
		 y + 15);
	fprintf(to, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n",
		c->changes ? "dot-mean" : "dot", scale_at(x, c->ratio), y + 15);
	svg_group_end(to);
}

void plot_costs(FILE *to, int width, const void *data)
{
	const struct costs *c = data;
	double names = width > 400 ? 170 : 112, least = 0.9, most = 1.1, one;
	double bottom = (double)c->n * ROW + 6;
	struct scale x;

	for (size_t i = 0; i < c->n; i++) {
		least = fmin(least, c->cost[i].low);
		most = fmax(most, c->cost[i].high);
	}
	x = scale_make(least - 0.02, most + 0.02, names, width - 12,
		       width > 400 ? 7 : 4);
	one = scale_at(&x, 1);
	svg_begin(to, width, bottom + 44, "What control costs");
	scale_below(to, &x, 0, bottom,
		    width > 400 ? "time with control / time without, with its "
				  "95% interval"
				: "time with / without control");
	svg_line(to, "median", one, 0, one, bottom);
	for (size_t i = 0; i < c->n; i++)
		draw(to, &c->cost[i], &x, (double)i * ROW, names);
	svg_end(to);
}
