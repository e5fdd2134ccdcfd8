/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "plot.h"
#include "svg.h"

#define ACROSS 7.0 /* pixels from dot to dot */
#define MOST 90.0  /* the height that dots may take */

/* Where things stand. */
struct rows {
	double step, dots, box, mean, axis;
};

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
static size_t highest(const struct values *v, const struct scale *x)
{
	size_t most = 1, here = 0;
	double place = -1e9;

	for (size_t i = 0; i < v->n; i++) {
		double at = floor(scale_at(x, v->value[i].value) / ACROSS);

		here = at == place ? here + 1 : 1;
		place = at;
		most = here > most ? here : most;
	}
	return most;
}

static struct rows rows_of(const struct values *v, const struct scale *x)
{
	double most = (double)highest(v, x);
	struct rows r = { .step = ACROSS };

	if (most * r.step > MOST)
		r.step = MOST / most;
	r.dots = (most - 1) * r.step + 12;
	r.box = r.dots + 28;
	r.mean = r.box + 32;
	r.axis = r.mean + 20;
	return r;
}

static void draw_dots(FILE *to, const struct values *v, const struct scale *x,
		      const struct rows *r)
{
	size_t each = (v->n + VALUES_SHOWN - 1) / VALUES_SHOWN, here = 0;
	double place = -1e9;

	for (size_t i = 0; i < v->n; i++) {
		double at = floor(scale_at(x, v->value[i].value) / ACROSS);

		here = at == place ? here + 1 : 0;
		place = at;
		if (i % each)
			continue;
		svg_group(to, "tip", "%s: %.6g", v->value[i].name,
			  v->value[i].value);
		fprintf(to,
			"<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" "
			"r=\"3\"/>\n",
			scale_at(x, v->value[i].value),
			r->dots - (double)here * r->step);
		svg_group_end(to);
	}
}

static void draw_box(FILE *to, const struct values *v, const struct scale *x,
		     double y)
{
	double q1 = scale_at(x, quantile(v->value, v->n, 0.25));
	double q3 = scale_at(x, quantile(v->value, v->n, 0.75));
	double median = quantile(v->value, v->n, 0.5);

	svg_group(to, "tip",
		  "median %.6g, middle half %.6g to %.6g, all %.6g "
		  "to %.6g",
		  median, quantile(v->value, v->n, 0.25),
		  quantile(v->value, v->n, 0.75), v->value[0].value,
		  v->value[v->n - 1].value);
	svg_line(to, "whisker", scale_at(x, v->value[0].value), y,
		 scale_at(x, v->value[v->n - 1].value), y);
	svg_rect(to, "box", q1, y - 8, q3 - q1, 16);
	svg_line(to, "median", scale_at(x, median), y - 8, scale_at(x, median),
		 y + 8);
	svg_group_end(to);
}

static void draw_mean(FILE *to, const struct values *v, const struct scale *x,
		      double y)
{
	if (!isfinite(v->mean))
		return;
	svg_group(to, "tip", "mean %.6g, 95%% interval %.6g to %.6g", v->mean,
		  v->low, v->high);
	if (isfinite(v->low) && isfinite(v->high)) {
		svg_line(to, "interval", scale_at(x, v->low), y,
			 scale_at(x, v->high), y);
		svg_line(to, "interval", scale_at(x, v->low), y - 5,
			 scale_at(x, v->low), y + 5);
		svg_line(to, "interval", scale_at(x, v->high), y - 5,
			 scale_at(x, v->high), y + 5);
	}
	fprintf(to,
		"<circle class=\"dot-mean\" cx=\"%.1f\" cy=\"%.1f\" "
		"r=\"4.5\"/>\n",
		scale_at(x, v->mean), y);
	svg_group_end(to);
}

static struct scale scale_of(const struct values *v, double names, int width)
{
	double least = v->value[0].value, most = v->value[v->n - 1].value, room;

	if (isfinite(v->low) && isfinite(v->high)) {
		least = fmin(least, v->low);
		most = fmax(most, v->high);
	}
	room = (most - least) * 0.03;
	return scale_make(least - room, most + room, names, width - 8,
			  width > 400 ? 7 : 4);
}

void plot_values(FILE *to, int width, const void *data)
{
	const struct values *v = data;
	double names = width > 400 ? 140 : 84;
	struct scale x;
	struct rows r;
	char title[256];

	snprintf(title, sizeof(title), "%s of all trials", v->metric);
	if (!v->n)
		return;
	x = scale_of(v, names, width);
	r = rows_of(v, &x);
	svg_begin(to, width, r.axis + 24, title);
	scale_below(to, &x, 2, r.axis, NULL);
	draw_dots(to, v, &x, &r);
	draw_box(to, v, &x, r.box);
	draw_mean(to, v, &x, r.mean);
	svg_text(to, "quiet", 0, r.dots + 4, "each trial");
	svg_text(to, "quiet", 0, r.box + 4, "%s",
		 width > 400 ? "median, middle half" : "middle half");
	svg_text(to, "quiet marked", 0, r.mean + 4, "%s",
		 width > 400 ? "mean, 95% interval" : "mean, 95%");
	svg_end(to);
}
