/* SPDX-License-Identifier: MIT */
/*
 * What trackers are told of a run, in words of none of them. An array of objects,
 * each a run:
 *
 *	"name"		its number, or what the user calls it
 *	"start", "end"	milliseconds since 1970; null: not ended
 *	"status"	"FINISHED", "FAILED" or "RUNNING"
 *	"params"	object of strings
 *	"metrics"	array of [name, value, step]; the value may be null, which
 *			is NaN, or "Infinity", "-Infinity"
 *	"tags"		object of strings
 *	"artifacts"	object: name of a file and its text
 *
 * Of an experiment the first is its parent, and the others belong to it.
 */
#ifndef SAMEBITS_TRACK_H
#define SAMEBITS_TRACK_H

#include <stdbool.h>

#include <jansson.h>

#include "metric.h"

struct track_wanted {
	const char *name;	 /* NULL: the run's number */
	const char *params, *tags; /* "K=V" lines of the user's; or NULL */
	struct metrics *metrics; /* to look for in the stdout of runs */
};

/* The runs of a directory (store.h), or NULL: *why is a sentence, the caller's
 * to free. */
json_t *track_runs(const char *dir, const struct track_wanted *w, char **why);

/* The parts of it. */

/* "--lr 0.1", "--lr=0.1" and "lr=0.1" become arg.lr in `params`. */
void track_arguments(json_t *params, json_t *argv);
/* Where git was at that time (seconds since 1970); the caller's to free, NULL:
 * not known. */
char *track_commit(const char *directory, double when);
/* "same", … of the newest check that this run was part of, or NULL; the caller's
 * to free. */
char *track_verdict(const char *dir);
void track_set(json_t *object, const char *key, const char *value);
/* "run", its metrics and their steps. */
void track_metric(json_t *run, const char *name, double value, size_t step);
/* A run's or an experiment's own: params, tags, times, manifest.json. NULL: there
 * is none. */
json_t *track_one(const char *dir);
/* Fills in the parent of an experiment, and appends its runs. */
void track_experiment(json_t *runs, json_t *content, const char *dir,
		      const struct track_wanted *w);
/* One run with all that its directory tells. NULL: there is none in it. */
json_t *track_run(const char *dir, const struct track_wanted *w);

#endif
