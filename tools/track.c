/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "digest.h"
#include "environment.h"
#include "files.h"
#include "reader.h"
#include "record.h"
#include "tally.h"
#include "text.h"
#include "track.h"

void track_set(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, text_json(value));
}

void track_metric(json_t *run, const char *name, double value, size_t step)
{
	json_t *v = isnan(value) ? json_null()
		    : isinf(value)
			    ? json_string(value > 0 ? "Infinity" : "-Infinity")
			    : json_real(value);

	json_array_append_new(json_object_get(run, "metrics"),
			      json_pack("[s, o, I]", name, v,
					(json_int_t)step));
}

static json_t *milliseconds(json_t *seconds)
{
	return json_is_number(seconds)
		       ? json_integer((json_int_t)(json_number_value(seconds) *
						   1000))
		       : json_null();
}

static const char *state(json_t *manifest)
{
	json_t *status = json_object_get(manifest, "status");

	if (json_is_null(json_object_get(manifest, "end")))
		return "RUNNING";
	return json_integer_value(status) ? "FAILED" : "FINISHED";
}

/* As a shell would need it, but only as far as it can be read. */
static char *command(json_t *argv)
{
	char *line = NULL;
	size_t i, size;
	FILE *to = open_memstream(&line, &size);
	json_t *word;

	if (!to)
		return NULL;
	json_array_foreach(argv, i, word) {
		const char *s = json_string_value(word) ?: "";
		const char *quote =
			!*s || strpbrk(s, " \t\n\"'\\$;&|<>*?()") ? "'" : "";

		fprintf(to, "%s%s%s%s", i ? " " : "", quote, s, quote);
	}
	return fclose(to) ? NULL : line;
}

/* "mode=run,seed=7,…": without what only says where the run is. */
static void settings(json_t *params, const char *list)
{
	static const char own[] = " dir slot path exec pad seed threads ";
	char *copy = list ? strdup(list) : NULL, *rest = copy, *one;

	while (rest && (one = strsep(&rest, ","))) {
		char *equals = strchr(one, '='), key[80];

		if (!equals)
			continue;
		*equals = 0;
		snprintf(key, sizeof(key), " %s ", one);
		if (strstr(own, key))
			continue;
		snprintf(key, sizeof(key), "samebits.%s", one);
		track_set(params, key, equals + 1);
	}
	free(copy);
}

static void number(json_t *params, const char *key, json_t *value)
{
	char digits[32];

	if (!json_is_integer(value))
		return;
	snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
		 json_integer_value(value));
	track_set(params, key, digits);
}

static void params_of(json_t *params, json_t *manifest)
{
	json_t *argv = json_object_get(manifest, "argv");
	char *line = command(argv);

	track_set(params, "program", text_at(manifest, "program"));
	track_set(params, "command", line);
	track_set(params, "mode", text_at(manifest, "mode"));
	number(params, "seed", json_object_get(manifest, "seed"));
	number(params, "threads",
	       json_object_get(json_object_get(manifest, "threads"),
			       "wanted"));
	settings(params, text_at(manifest, "settings"));
	track_arguments(params, argv);
	free(line);
}

static void lock_of(json_t *tags, const char *directory)
{
	char path[PATH_MAX], digits[33];
	struct digest d;

	snprintf(path, sizeof(path), "%s/samebits.lock", directory);
	if (digest_file(&d, path, NULL))
		return;
	snprintf(digits, sizeof(digits), "%016" PRIx64 "%016" PRIx64,
		 d.part[0], d.part[1]);
	track_set(tags, "samebits.lock", digits);
}

/* As the run saw it; else as git remembers. */
static void commit_of(json_t *tags, json_t *manifest, const char *dir)
{
	json_t *start = json_object_get(manifest, "start");
	json_t *environment, *git;
	const char *cwd = text_at(manifest, "cwd");
	char *found = NULL;

	environment_read(dir, &environment);
	git = json_object_get(environment, "git");
	if (!text_at(git, "commit") && cwd)
		found = track_commit(cwd, json_number_value(start));
	track_set(tags, "samebits.commit", text_at(git, "commit") ?: found);
	number(tags, "samebits.changed_files",
	       json_object_get(git, "changed_files"));
	json_decref(environment);
	free(found);
}

static void tags_of(json_t *tags, json_t *manifest, const char *dir)
{
	track_set(tags, "samebits.run", strrchr(dir, '/') + 1);
	track_set(tags, "samebits.version", SAMEBITS_VERSION);
	number(tags, "samebits.seed", json_object_get(manifest, "seed"));
	commit_of(tags, manifest, dir);
	if (text_at(manifest, "cwd"))
		lock_of(tags, text_at(manifest, "cwd"));
}

static void artifact_json(json_t *run, const char *name, json_t *content)
{
	char *dump = json_dumps(content, JSON_INDENT(2) |
						 JSON_REAL_PRECISION(17));

	track_set(json_object_get(run, "artifacts"), name, dump);
	free(dump);
}

json_t *track_one(const char *dir)
{
	json_t *manifest = manifest_read(dir), *run;

	if (!manifest)
		return NULL;
	run = json_pack("{s:s, s:o, s:o, s:s, s:{}, s:[], s:{}, s:{}}", "name",
			strrchr(dir, '/') + 1, "start",
			milliseconds(json_object_get(manifest, "start")),
			"end", milliseconds(json_object_get(manifest, "end")),
			"status", state(manifest), "params", "metrics", "tags",
			"artifacts");
	params_of(json_object_get(run, "params"), manifest);
	tags_of(json_object_get(run, "tags"), manifest, dir);
	artifact_json(run, "manifest.json", manifest);
	json_decref(manifest);
	return run;
}

static void times_and_status(json_t *run, const char *dir)
{
	json_t *manifest = manifest_read(dir);
	json_t *end = json_object_get(manifest, "end");
	json_t *status = json_object_get(manifest, "status");
	double start = json_number_value(json_object_get(manifest, "start"));

	if (json_is_number(end))
		track_metric(run, "duration", json_number_value(end) - start,
			     0);
	if (json_is_integer(status))
		track_metric(run, "status", (double)json_integer_value(status),
			     0);
	json_decref(manifest);
}

/* The sources stand by group. */
static void calls(json_t *run, const char *dir)
{
	struct rundir r;
	struct tally t = { 0 };
	int ret = rundir_open(&r, dir);

	if (!ret)
		ret = tally_make(&t, &r);
	for (size_t i = 0; !ret && i < t.n;) {
		const char *group = t.source[i].group;
		uint64_t n = 0;
		char name[80];

		for (; i < t.n && !strcmp(t.source[i].group, group); i++)
			n += t.source[i].calls;
		snprintf(name, sizeof(name), "calls.%s", group);
		track_metric(run, name, (double)n, 0);
	}
	tally_free(&t);
	rundir_close(&r);
}

static void printed(json_t *run, const char *dir, const struct metrics *m)
{
	char path[PATH_MAX];
	double value;

	snprintf(path, sizeof(path), "%s/stdout", dir);
	for (size_t i = 0; m && i < m->n; i++)
		if (metric_read(&m->at[i], path, &value))
			track_metric(run, m->at[i].name, value, 0);
}

static void artifact_files(json_t *run, const char *dir)
{
	struct files files = { 0 };
	json_t *content;

	if (!files_read(&files, dir)) {
		content = files_json(&files);
		artifact_json(run, "files.json", content);
		json_decref(content);
	}
	files_free(&files);
}

static void artifact_report(json_t *run, const char *dir)
{
	const char *argv[] = { "/proc/self/exe", "report", "--no-config", dir,
			       NULL };
	struct child c;

	if (!child_run(&c, argv, NULL) && !c.status)
		track_set(json_object_get(run, "artifacts"), "report.txt",
			  c.out);
	child_free(&c);
}

/* "K=V" lines; the user's word goes over ours. */
static void put_lines(json_t *object, const char *lines)
{
	char *copy = lines ? strdup(lines) : NULL, *rest = copy, *one;

	while (rest && (one = strsep(&rest, "\n"))) {
		char *equals = strchr(one, '=');

		*equals = 0;
		track_set(object, one, equals + 1);
	}
	free(copy);
}

static void wishes(json_t *run, const struct track_wanted *w)
{
	put_lines(json_object_get(run, "params"), w->params);
	put_lines(json_object_get(run, "tags"), w->tags);
}

static void artifact_environment(json_t *run, const char *dir)
{
	json_t *environment;

	if (environment_read(dir, &environment))
		return;
	artifact_json(run, ENVIRONMENT_FILE, environment);
	json_decref(environment);
}

json_t *track_run(const char *dir, const struct track_wanted *w)
{
	json_t *run = track_one(dir);

	if (!run)
		return NULL;
	times_and_status(run, dir);
	calls(run, dir);
	printed(run, dir, w->metrics);
	artifact_environment(run, dir);
	artifact_files(run, dir);
	artifact_report(run, dir);
	wishes(run, w);
	return run;
}

static json_t *one_run(const char *dir, const struct track_wanted *w)
{
	json_t *run = track_run(dir, w);
	char *verdict = track_verdict(dir);

	track_set(json_object_get(run, "tags"), "samebits.verdict", verdict);
	free(verdict);
	return run;
}

static json_t *experiment(const char *dir, const struct track_wanted *w)
{
	json_t *content = record_read(dir), *runs = json_array();
	json_t *first = content ? track_one(dir) : NULL;

	if (first) {
		json_array_append_new(runs, first);
		times_and_status(first, dir);
		artifact_json(first, "experiment.json", content);
		wishes(first, w);
		track_experiment(runs, content, dir, w);
	}
	json_decref(content);
	return runs;
}

static json_t *single(const char *dir, const struct track_wanted *w)
{
	json_t *runs = json_array(), *run = one_run(dir, w);

	if (run)
		json_array_append_new(runs, run);
	return runs;
}

json_t *track_runs(const char *dir, const struct track_wanted *w, char **why)
{
	bool of_many = record_is(dir);
	json_t *runs = of_many ? experiment(dir, w) : single(dir, w);
	json_t *first = json_array_get(runs, 0);

	if (first && w->name)
		track_set(first, "name", w->name);
	if (first)
		return runs;
	json_decref(runs);
	*why = strdup(of_many
			      ? "experiment.json or manifest.json in it is "
				"damaged; make the experiment again"
			      : "there is no manifest.json in it that can be "
				"read: was it started by samebits run?");
	return NULL;
}
