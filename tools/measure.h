/* SPDX-License-Identifier: MIT */
/*
 * Metrics of a trial, and where they are read from:
 *
 *	NAME=REGEX		what is in its parentheses, on standard output
 *	NAME=json:FILE:KEY.KEY	of a JSON document, or of each line that is one
 *	NAME=csv:FILE:COLUMN	by name or number
 *	NAME=file:FILE[:REGEX]	a file that is a number; or as on standard output
 *
 * FILE may hold placeholders (plan.h); "-" is standard output.
 */
#ifndef SAMEBITS_MEASURE_H
#define SAMEBITS_MEASURE_H

#include <jansson.h>

#include "metric.h"

#define SERIES_MOST 10000 /* values kept of one series; more are thinned out */

enum measure_from { FROM_STDOUT, FROM_JSON, FROM_CSV, FROM_FILE };
enum measure_value { VALUE_LAST, VALUE_MAX, VALUE_MIN, VALUE_MEAN };

struct measure {
	char *name;
	char *pattern; /* as it was given, without NAME= */
	enum measure_from from;
	char *file;	     /* NULL: standard output */
	char *key;	     /* JSON's path, CSV's column; or NULL */
	struct metrics regex; /* one, or none */
};

struct measures {
	struct measure at[METRICS_MOST];
	size_t n;
	enum measure_value value; /* of a series */
};

/* From lines as above; NULL: none. False: one is wrong, and it was said. */
bool measures_parse(struct measures *m, const char *lines, const char *value);
void measures_free(struct measures *m);
const char *measure_from_name(enum measure_from from);
const char *measure_value_name(enum measure_value value);
/* Has each trial a file of its own, by its name? */
bool measure_own_file(const struct measure *m);

/* Reads one from its file. 0, -ENOMEM, or -ENOENT: *trouble says what is not
 * there, or is no number (the caller's to free). */
int measure_read(const struct measure *m, const char *path, struct series *s,
		 char **trouble);
/* {"value": …, "series": […]}, with "nan" where the value is no number. */
json_t *measure_json(const struct series *s, enum measure_value value);

#endif
