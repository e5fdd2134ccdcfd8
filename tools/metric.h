/* SPDX-License-Identifier: MIT */
/* Numbers that a program prints. */
#ifndef SAMEBITS_METRIC_H
#define SAMEBITS_METRIC_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define METRICS_MOST 16

struct metrics {
	struct metric {
		char *name;
		regex_t regex;
	} at[METRICS_MOST];
	size_t n;
};

/* From "NAME=REGEX" lines; NULL: none. False: one is wrong, and it was said. */
bool metrics_parse(struct metrics *m, const char *lines);
void metrics_free(struct metrics *m);

/* Every number that was found, in order. */
struct series {
	double *value;
	size_t n, room;
	char *wrong; /* the first text that was there and is no number */
};

int series_add(struct series *s, double value); /* 0 or -ENOMEM */
/* `text`, with blanks around it, as a number; what is none is kept. */
int series_add_text(struct series *s, const char *text);
void series_free(struct series *s);
/* All in a file, line by line: 0; -errno: it cannot be read. */
int metric_series(const struct metric *m, const char *path, struct series *s);
/* The last one in a file; false: it is not there. */
bool metric_read(const struct metric *m, const char *path, double *value);

#endif
