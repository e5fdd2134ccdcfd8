/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "outcome.h"
#include "say.h"
#include "text.h"
#include "trialmetrics.h"

json_t *trialmetrics_json(const struct measures *m)
{
	json_t *j = json_array();

	for (size_t i = 0; i < m->n; i++)
		json_array_append_new(
			j, json_pack("{s:o, s:s, s:o}", "name",
				     text_json(m->at[i].name), "from",
				     measure_from_name(m->at[i].from),
				     "pattern", text_json(m->at[i].pattern)));
	return j;
}

static char *metric_lines(const json_t *metrics)
{
	const json_t *m;
	char *lines = NULL, *one;
	size_t i;

	json_array_foreach((json_t *)metrics, i, m) {
		const char *name = json_string_value(json_object_get(m, "name"));
		const char *pattern =
			json_string_value(json_object_get(m, "pattern"));

		if (!name || !pattern ||
		    asprintf(&one, "%s=%s", name, pattern) < 0)
			continue;
		lines = opts_join(lines, one);
		free(one);
	}
	return lines;
}

static bool metrics_equal(const struct trialrecord *r,
			  const struct measures *m)
{
	const char *value =
		json_string_value(json_object_get(r->content, "value"));
	json_t *ours = trialmetrics_json(m);
	bool same = json_equal(ours, json_object_get(r->content, "metrics")) &&
		    value && !strcmp(value, measure_value_name(m->value));

	json_decref(ours);
	return same;
}

/* What is in one run's directory, and in files of its own, is still there. */
static json_t *read_again(const struct trialrecord *r, const json_t *trial,
			  const struct measures *m)
{
	const char *run = json_string_value(json_object_get(trial, "run"));
	const char *how = json_string_value(json_object_get(trial, "how"));
	const json_t *fold = json_object_get(trial, "fold");
	struct job j = {
		.seed = (uint64_t)json_integer_value(
			json_object_get(trial, "seed")),
		.trial = (size_t)json_integer_value(
			json_object_get(trial, "trial")),
		.fold = json_is_integer(fold) ? (long)json_integer_value(fold)
					      : -1,
		.repeat = (unsigned)json_integer_value(
			json_object_get(trial, "repeat"))
	};
	struct outcome o = {
		.status = (int)json_integer_value(
			json_object_get(trial, "status")),
		.seconds = json_number_value(json_object_get(trial, "seconds")),
		.how = how && !strcmp(how, "timed out") ? TIMED_OUT : ENDED
	};
	json_t *entry = NULL;

	if (run && asprintf(&o.dir, "%s/%s", r->store, run) >= 0) {
		if (!access(o.dir, R_OK))
			entry = outcome_entry(&o, &j, m, 0, 0);
		free(o.dir);
	}
	return entry;
}

static int read_all_again(struct trialrecord *r, const struct measures *m)
{
	json_t *trials = json_object_get(r->content, "trials"), *trial;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->at[i].file && !measure_own_file(&m->at[i]))
			return fail("--metric %s=%s: trials %s have ended, and "
				    "later ones wrote that file again; name "
				    "one with {seed}, or begin anew without "
				    "--resume", m->at[i].name,
				    m->at[i].pattern, r->name);
	json_array_foreach(trials, i, trial) {
		json_t *entry = read_again(r, trial, m);

		if (!entry)
			return fail("other metrics cannot be read: run %s of "
				    "trials %s is gone",
				    json_string_value(
					    json_object_get(trial, "run")),
				    r->name);
		json_array_set_new(trials, i, entry);
	}
	return 0;
}

int trialmetrics_same(struct trialrecord *r, bool given, struct measures *m)
{
	char *lines;
	bool ok;

	if (given)
		return metrics_equal(r, m) ? 0 : read_all_again(r, m);
	lines = metric_lines(json_object_get(r->content, "metrics"));
	ok = measures_parse(m, lines,
			    json_string_value(
				    json_object_get(r->content, "value")));
	free(lines);
	return ok ? 0 : STATUS_TROUBLE;
}
