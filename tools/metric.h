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
/* The last one in a file; false: it is not there. */
bool metric_read(const struct metric *m, const char *path, double *value);

#endif
