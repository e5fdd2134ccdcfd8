/* SPDX-License-Identifier: MIT */
/* The plots of pages and of --svg. Each draws `data`, which is of the type that
 * it says, at a width, and fits the signature that html_figure() takes. */
#ifndef SAMEBITS_PLOT_H
#define SAMEBITS_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- calls of sources over time ---- */

#define TIMELINE_BINS 120

struct timeline_row {
	const char *group; /* of a log, while the run is open */
	uint64_t calls, bin[TIMELINE_BINS];
};

struct timeline {
	struct timeline_row *row; /* by name */
	size_t n;
	double span; /* logical nanoseconds; 0: by order, no clock was kept */
	uint64_t calls; /* events in all; 0: the run has none */
};

struct rundir;
/* 0 or -ENOMEM; timeline_free() is due in either case. */
int timeline_make(struct timeline *t, const struct rundir *run);
void timeline_free(struct timeline *t);
void plot_timeline(FILE *to, int width, const void *timeline);

/* ---- calls by source ---- */

struct tally;
void plot_sources(FILE *to, int width, const void *tally);

/* ---- where calls come from ---- */

struct flame_frame {
	char *name;
	uint64_t calls;
	double weight; /* of its stacks: 1 + log2(calls) each */
	struct flame_frame *child, *last, *next;
};

struct flame {
	struct flame_frame root;
	size_t stacks, frames;
	size_t depth;
};

struct export;
/* 0 or -errno; flame_free() is due in either case. */
int flame_make(struct flame *f, struct export *e);
void flame_free(struct flame *f);
/* Frames in the order of drawing, the root first. x and width are shares of
 * the whole; false ends it. What is narrower than `least` is left out, with all
 * above it. Returns how many were left out. */
size_t flame_walk(const struct flame *f, double least,
		  void (*draw)(const struct flame_frame *frame, double x,
			       double width, unsigned depth, void *arg),
		  void *arg);
#define FLAME_MOST 3000 /* frames: pages stay of a size to send */
/* `least`, or more where more frames than that would be drawn. */
double flame_least(const struct flame *f, double least);
/* "frame-source", "frame-line" (of an interpreter's code) or "frame" */
const char *flame_class(const struct flame_frame *frame);
void plot_flame(FILE *to, int width, const void *flame);

/* ---- trials ---- */

struct series {
	const char *name; /* of its trial, for people */
	const double *at; /* NaN: none at this step */
	size_t n;
};

struct curves {
	const char *metric;
	struct series *series;
	size_t n;
};
/* Each trial, the mean, and a band of one standard deviation. */
void plot_curves(FILE *to, int width, const void *curves);
#define CURVES_SHOWN 60

struct value {
	double value;
	const char *name;
};

struct values {
	const char *metric;
	struct value *value; /* ascending; finite */
	size_t n;
	double mean, low, high; /* NaN: not known */
};
/* Each trial, the middle half with the median, the mean and its interval. */
void plot_values(FILE *to, int width, const void *values);
#define VALUES_SHOWN 200
double quantile(const struct value *ascending, size_t n, double share);

/* ---- blame ---- */

struct cost {
	const char *name;
	double ratio, low, high;
	bool changes;
};

struct costs {
	struct cost *cost;
	size_t n;
};
/* What control costs, with intervals. */
void plot_costs(FILE *to, int width, const void *costs);

#endif
