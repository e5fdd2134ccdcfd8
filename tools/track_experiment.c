/* SPDX-License-Identifier: MIT */
/* Experiments for trackers: a parent with what they came to, and their runs. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "text.h"
#include "track.h"

/* A number or a word of the record. */
static void param(json_t *run, const char *key, json_t *value)
{
	char *dump;

	if (!value || json_is_null(value))
		return;
	dump = json_is_string(value) ? strdup(json_string_value(value))
				     : json_dumps(value, JSON_ENCODE_ANY);
	track_set(json_object_get(run, "params"), key, dump);
	free(dump);
}

static void params(json_t *run, json_t *from, const char *const keys[])
{
	for (; *keys; keys++)
		param(run, *keys, json_object_get(from, *keys));
}

static void summary(json_t *run, json_t *of)
{
	json_t *tags = json_object_get(run, "tags"), *one, *value;
	const char *name, *key;
	char full[512];

	json_object_foreach(of, name, one) {
		json_object_foreach(one, key, value) {
			snprintf(full, sizeof(full), "%s.%s", name, key);
			if (json_is_number(value))
				track_metric(run, full,
					     json_number_value(value), 0);
		}
		snprintf(full, sizeof(full), "samebits.summary.%s", name);
		track_set(tags, full, text_at(one, "sentence"));
	}
}

static double value_of(json_t *metric)
{
	json_t *value = json_object_get(metric, "value");

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The series, and the value where it is not its end. */
static void metric(json_t *run, const char *name, json_t *m)
{
	json_t *series = json_object_get(m, "series"), *one;
	size_t n = json_array_size(series), i;
	double value = value_of(m), last = NAN;
	char full[512];

	json_array_foreach(series, i, one) {
		last = json_is_number(one) ? json_number_value(one) : NAN;
		track_metric(run, name, last, i);
	}
	if (n && (last == value || (isnan(last) && isnan(value))))
		return;
	snprintf(full, sizeof(full), "%s%s", name, n ? ".value" : "");
	track_metric(run, full, value, 0);
}

/* A trial that came to no run is one all the same. */
static json_t *no_run(void)
{
	return json_pack("{s:n, s:n, s:s, s:{}, s:[], s:{}, s:{}}", "start",
			 "end", "status", "FAILED", "params", "metrics",
			 "tags", "artifacts");
}

static json_t *run_of(const char *dir, json_t *trial,
		      const struct track_wanted *w)
{
	const char *name = text_at(trial, "run");
	char path[PATH_MAX];
	json_t *run = NULL;

	if (name && !strchr(name, '/')) {
		snprintf(path, sizeof(path), "%.*s/%s",
			 (int)(strrchr(dir, '/') - dir), dir, name);
		run = track_run(path, w);
	}
	return run ? run : no_run();
}

static void add_trial(json_t *runs, json_t *trial, const char *dir,
		      const struct track_wanted *w)
{
	static const char *const keys[] = { "trial", "seed", "fold", "repeat",
					    NULL };
	json_t *run = run_of(dir, trial, w), *m;
	json_t *tags = json_object_get(run, "tags");
	const char *key, *how = text_at(trial, "how");
	char name[64];

	snprintf(name, sizeof(name), "trial %" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(trial, "trial")));
	track_set(run, "name", name);
	if (how && strcmp(how, "ended"))
		track_set(run, "status", "FAILED");
	params(run, trial, keys);
	json_object_foreach(json_object_get(trial, "metrics"), key, m)
		metric(run, key, m);
	track_set(tags, "samebits.how", how);
	track_set(tags, "samebits.result", text_at(trial, "result"));
	track_set(tags, "samebits.trouble", text_at(trial, "trouble"));
	json_array_append_new(runs, run);
}

static void trials(json_t *runs, json_t *content, const char *dir,
		   const struct track_wanted *w)
{
	static const char *const keys[] = { "planned", "seeds", "folds",
					    "repeat", NULL };
	json_t *parent = json_array_get(runs, 0), *trial;
	size_t i;

	params(parent, content, keys);
	summary(parent, json_object_get(content, "summary"));
	json_array_foreach(json_object_get(content, "trials"), i, trial)
		add_trial(runs, trial, dir, w);
}

/* check and blame: their verdict is of each run. */
static void verdict(json_t *runs, json_t *content, const char *dir,
		    const struct track_wanted *w)
{
	json_t *verdict = json_object_get(content, "verdict"), *one;
	json_t *tags = json_object_get(json_array_get(runs, 0), "tags");
	size_t i;

	track_set(tags, "samebits.sentence", text_at(verdict, "sentence"));
	json_array_foreach(json_object_get(verdict, "runs"), i, one)
		json_array_append_new(runs, run_of(dir, one, w));
	json_array_foreach(runs, i, one) {
		tags = json_object_get(one, "tags");
		track_set(tags, "samebits.verdict", text_at(verdict, "verdict"));
		if (!text_at(one, "name"))
			track_set(one, "name", "run");
	}
}

void track_experiment(json_t *runs, json_t *content, const char *dir,
		      const struct track_wanted *w)
{
	json_t *tags = json_object_get(json_array_get(runs, 0), "tags");

	track_set(tags, "samebits.kind", text_at(content, "kind"));
	track_set(tags, "samebits.commit", text_at(content, "commit"));
	if (json_is_object(json_object_get(content, "verdict")))
		verdict(runs, content, dir, w);
	else
		trials(runs, content, dir, w);
}
