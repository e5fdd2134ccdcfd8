/* SPDX-License-Identifier: MIT */
/*
 * Drawing plots as SVG: in a page, whose style serves them, or as files that
 * stand alone, with the style inside and on a light ground. Numbers are CSS
 * pixels; classes are those of plot.css.
 */
#ifndef SAMEBITS_SVG_H
#define SAMEBITS_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* While this is true, svg_begin() makes files that stand alone, with their
 * titles to be seen. */
extern bool svg_alone;

/* `title` is what the picture shows, for those who do not see it, too. */
void svg_begin(FILE *to, double width, double height, const char *title);
void svg_end(FILE *to);
void svg_line(FILE *to, const char *class, double x1, double y1, double x2,
	      double y2);
void svg_rect(FILE *to, const char *class, double x, double y, double width,
	      double height);
/* `class` may hold "end" or "middle", which anchor it. */
void svg_text(FILE *to, const char *class, double x, double y,
	      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A text that is cut at `room` pixels. */
void svg_label(FILE *to, const char *class, double x, double y, double room,
	       const char *text);
/* A group that says more of itself (a tooltip): "<g><title>…</title>". */
void svg_group(FILE *to, const char *class, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void svg_group_end(FILE *to);

/* From values to pixels. */
struct scale {
	double from, to;  /* values */
	double low, high; /* pixels */
	double step;	  /* between two ticks */
};

/* With room for about `ticks` of them; low may exceed high. */
struct scale scale_make(double from, double to, double low, double high,
			int ticks);
double scale_at(const struct scale *s, double value);
/* The first tick; the next ones are a step apart. */
double scale_first(const struct scale *s);
/* As many digits as the steps need. */
void scale_text(const struct scale *s, double value, char *out, size_t size);
/* Ticks along the bottom: `bottom` is the axis, lines go up to `top`. */
void scale_below(FILE *to, const struct scale *s, double top, double bottom,
		 const char *what);

#endif
