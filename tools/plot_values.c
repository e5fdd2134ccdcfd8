/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "plot.h"
#include "svg.h"

#define DOTS 74.0 /* the height that dots may take */
#define BOX 104.0 /* the middle of the box */
#define MEAN 138.0
#define AXIS 158.0

double quantile(const struct value *v, size_t n, double share)
{
	double at = share * (double)(n - 1);
	size_t k = (size_t)at;

	if (k + 1 >= n)
		return v[n - 1].value;
	return v[k].value + (at - (double)k) * (v[k + 1].value - v[k].value);
}

/* Dots that would cover each other are put on top of each other: how many
 * stand at most in one place. */
static size_t highest(const struct values *v, const struct scale *x,
		      double across)
{
	size_t most = 1, here = 0;
	double place = -1e9;

	for (size_t i = 0; i < v->n; i++) {
		double at = floor(scale_at(x, v->value[i].value) / across);

		here = at == place ? here + 1 : 1;
		place = at;
		most = here > most ? here : most;
	}
	return most;
}

static void draw_dots(FILE *to, const struct values *v, const struct scale *x)
{
	const double across = 7;
	double place = -1e9, step = across;
	size_t most = highest(v, x, across), here = 0;
	size_t each = (v->n + VALUES_SHOWN - 1) / VALUES_SHOWN;

	if ((double)most * step > DOTS)
		step = DOTS / (double)most;
	for (size_t i = 0; i < v->n; i++) {
		double at = floor(scale_at(x, v->value[i].value) / across);

		here = at == place ? here + 1 : 0;
		place = at;
		if (i % each)
			continue;
		svg_group(to, "tip", "%s: %.6g", v->value[i].name,
			  v->value[i].value);
		fprintf(to, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" "
			    "r=\"3\"/>\n",
			scale_at(x, v->value[i].value),
			DOTS + 6 - (double)here * step);
		svg_group_end(to);
	}
}

static void draw_box(FILE *to, const struct values *v, const struct scale *x)
{
	double q1 = scale_at(x, quantile(v->value, v->n, 0.25));
	double q3 = scale_at(x, quantile(v->value, v->n, 0.75));
	double median = quantile(v->value, v->n, 0.5);

	svg_group(to, "tip", "median %.6g, middle half %.6g to %.6g, all %.6g "
			     "to %.6g",
		  median, quantile(v->value, v->n, 0.25),
		  quantile(v->value, v->n, 0.75), v->value[0].value,
		  v->value[v->n - 1].value);
	svg_line(to, "whisker", scale_at(x, v->value[0].value), BOX,
		 scale_at(x, v->value[v->n - 1].value), BOX);
	svg_rect(to, "box", q1, BOX - 8, q3 - q1, 16);
	svg_line(to, "median", scale_at(x, median), BOX - 8,
		 scale_at(x, median), BOX + 8);
	svg_group_end(to);
}

static void draw_mean(FILE *to, const struct values *v, const struct scale *x)
{
	if (!isfinite(v->mean))
		return;
	svg_group(to, "tip", "mean %.6g, 95%% interval %.6g to %.6g", v->mean,
		  v->low, v->high);
	if (isfinite(v->low) && isfinite(v->high)) {
		svg_line(to, "interval", scale_at(x, v->low), MEAN,
			 scale_at(x, v->high), MEAN);
		svg_line(to, "interval", scale_at(x, v->low), MEAN - 5,
			 scale_at(x, v->low), MEAN + 5);
		svg_line(to, "interval", scale_at(x, v->high), MEAN - 5,
			 scale_at(x, v->high), MEAN + 5);
	}
	fprintf(to, "<circle class=\"dot-mean\" cx=\"%.1f\" cy=\"%.1f\" "
		    "r=\"4.5\"/>\n", scale_at(x, v->mean), MEAN);
	svg_group_end(to);
}

void plot_values(FILE *to, int width, const void *data)
{
	const struct values *v = data;
	double names = width > 400 ? 130 : 84, least, most, room;
	char title[256];
	struct scale x;

	snprintf(title, sizeof(title), "%s of all trials", v->metric);
	svg_begin(to, width, AXIS + 24, title);
	if (v->n) {
		least = v->value[0].value;
		most = v->value[v->n - 1].value;
		if (isfinite(v->low) && isfinite(v->high)) {
			least = fmin(least, v->low);
			most = fmax(most, v->high);
		}
		room = (most - least) * 0.03;
		x = scale_make(least - room, most + room, names, width - 8,
			       width > 400 ? 7 : 4);
		scale_below(to, &x, 4, AXIS, NULL);
		draw_dots(to, v, &x);
		draw_box(to, v, &x);
		draw_mean(to, v, &x);
	}
	svg_text(to, "quiet", 0, DOTS + 10, "each trial");
	svg_text(to, "quiet", 0, BOX + 4,
		 width > 400 ? "median, middle half" : "middle half");
	svg_text(to, "quiet marked", 0, MEAN + 4,
		 width > 400 ? "mean, 95%% interval" : "mean, 95%%");
	svg_end(to);
}
