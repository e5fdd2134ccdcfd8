/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "plot.h"
#include "svg.h"

#define HEIGHT 260.0
#define POINTS 160 /* of a curve: more would not be seen */

struct band {
	double mean, low, high; /* NaN: no trial has this step */
};

struct frame {
	struct scale x, y;
};

static size_t longest(const struct curves *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n = c->series[i].n > n ? c->series[i].n : n;
	return n;
}

/* Of all trials, also of those that are not drawn. */
static struct band band_at(const struct curves *c, size_t step)
{
	double sum = 0, squares = 0, deviation = 0, mean;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (step < c->series[i].n && isfinite(c->series[i].at[step])) {
			sum += c->series[i].at[step];
			n++;
		}
	if (!n)
		return (struct band){ NAN, NAN, NAN };
	mean = sum / (double)n;
	for (size_t i = 0; i < c->n; i++)
		if (step < c->series[i].n && isfinite(c->series[i].at[step]))
			squares += (c->series[i].at[step] - mean) *
				   (c->series[i].at[step] - mean);
	if (n > 1)
		deviation = sqrt(squares / (double)(n - 1));
	return (struct band){ mean, mean - deviation, mean + deviation };
}

static void extend(double *least, double *most, double value)
{
	if (!isfinite(value))
		return;
	*least = fmin(*least, value);
	*most = fmax(*most, value);
}

static struct frame frame_of(const struct curves *c, const struct band *band,
			     size_t steps, int width)
{
	double least = INFINITY, most = -INFINITY, room;
	struct frame f;

	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->series[i].n; k++)
			extend(&least, &most, c->series[i].at[k]);
	for (size_t k = 0; k < steps; k++) {
		extend(&least, &most, band[k].low);
		extend(&least, &most, band[k].high);
	}
	if (!(least <= most))
		least = 0, most = 1;
	room = (most - least) * 0.04;
	f.y = scale_make(least - room, most + room, HEIGHT, 10, 5);
	f.x = scale_make(1, (double)steps, 46, width - 6, width > 400 ? 8 : 4);
	/* Steps are counted. */
	f.x.step = f.x.step < 1 ? 1 : f.x.step;
	return f;
}

static size_t stride(size_t n)
{
	return n > POINTS ? (n + POINTS - 1) / POINTS : 1;
}

/* The next step that is drawn: the last one always is. */
static size_t next_step(size_t step, size_t n)
{
	size_t next = step + stride(n);

	return next >= n && step + 1 < n ? n - 1 : next;
}

static void draw_series(FILE *to, const struct frame *f, const struct series *s)
{
	bool pen = false;

	svg_group(to, "tip", "%s", s->name);
	fputs("<path class=\"curve\" d=\"", to);
	for (size_t k = 0; k < s->n; k = next_step(k, s->n)) {
		if (isfinite(s->at[k]))
			fprintf(to, "%c%.1f %.1f", pen ? 'L' : 'M',
				scale_at(&f->x, (double)k + 1),
				scale_at(&f->y, s->at[k]));
		pen = isfinite(s->at[k]);
	}
	fputs("\"/>\n", to);
	svg_group_end(to);
}

static void draw_band(FILE *to, const struct frame *f, const struct band *band,
		      size_t n)
{
	const char *pen = "M";

	fputs("<path class=\"band\" d=\"", to);
	for (size_t k = 0; k < n; k = next_step(k, n)) {
		if (!isfinite(band[k].mean))
			continue;
		fprintf(to, "%s%.1f %.1f", pen, scale_at(&f->x, (double)k + 1),
			scale_at(&f->y, band[k].high));
		pen = "L";
	}
	/* Back along the lower edge, over the same steps. */
	for (size_t k = n - 1;; k = (k - 1) / stride(n) * stride(n)) {
		if (isfinite(band[k].mean))
			fprintf(to, "L%.1f %.1f",
				scale_at(&f->x, (double)k + 1),
				scale_at(&f->y, band[k].low));
		if (!k)
			break;
	}
	fputs("\"/>\n", to);
}

static void draw_mean(FILE *to, const struct frame *f, const struct band *band,
		      size_t n)
{
	bool pen = false;

	fputs("<path class=\"mean\" d=\"", to);
	for (size_t k = 0; k < n; k = next_step(k, n)) {
		if (isfinite(band[k].mean))
			fprintf(to, "%c%.1f %.1f", pen ? 'L' : 'M',
				scale_at(&f->x, (double)k + 1),
				scale_at(&f->y, band[k].mean));
		pen = isfinite(band[k].mean);
	}
	fputs("\"/>\n", to);
}

static void draw_axes(FILE *to, const struct frame *f, int width)
{
	for (double v = scale_first(&f->y); v <= f->y.to; v += f->y.step) {
		double y = scale_at(&f->y, v);
		char text[32];

		scale_text(&f->y, v, text, sizeof(text));
		svg_line(to, "grid", 46, y, width - 6, y);
		svg_text(to, "tick end", 40, y + 4, "%s", text);
	}
	scale_below(to, &f->x, HEIGHT, HEIGHT, "step");
}

void plot_curves(FILE *to, int width, const void *data)
{
	const struct curves *c = data;
	size_t steps = longest(c);
	struct band *band = calloc(steps + 1, sizeof(*band));
	char title[256];
	struct frame f;

	snprintf(title, sizeof(title), "%s at each step", c->metric);
	svg_begin(to, width, HEIGHT + 42, title);
	if (band && steps) {
		for (size_t k = 0; k < steps; k++)
			band[k] = band_at(c, k);
		f = frame_of(c, band, steps, width);
		draw_axes(to, &f, width);
		if (c->n > 1)
			draw_band(to, &f, band, steps);
		for (size_t i = 0; i < c->n && i < CURVES_SHOWN; i++)
			draw_series(to, &f, &c->series[i]);
		draw_mean(to, &f, band, steps);
	}
	/* In a page its caption says so. */
	if (svg_alone)
		svg_text(to, "quiet", 46, HEIGHT + 34,
			 "each trial, mean, ± 1 standard deviation");
	svg_end(to);
	free(band);
}
