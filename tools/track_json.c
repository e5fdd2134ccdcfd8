/* SPDX-License-Identifier: MIT */
/* A JSON object a line: a run, as track.h has it. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "track_file.h"
#include "trackers.h"

/* Artifacts stay where they are: the file is for what is counted. */
static char *line_of(const json_t *entry, size_t n)
{
	json_t *run = json_copy(
		json_array_get(json_object_get(entry, "runs"), n));
	char *id = entry_run_id(entry, n), *parent = NULL, *line;

	if (n)
		parent = entry_run_id(entry, 0);
	json_object_del(run, "artifacts");
	json_object_set_new(run, "id", json_string(id));
	json_object_set_new(run, "parent",
			    n ? json_string(parent) : json_null());
	json_object_set(run, "experiment", json_object_get(entry, "experiment"));
	line = json_dumps(run, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_decref(run);
	free(parent);
	free(id);
	return line;
}

static bool has(const char *text, const json_t *entry, size_t n)
{
	char *id = entry_run_id(entry, n), *key;
	bool found = true;

	if (id && asprintf(&key, "\"id\":\"%s\"", id) >= 0) {
		found = strstr(text, key);
		free(key);
	}
	free(id);
	return found;
}

/* Those lines that are not there yet. */
static void lines(FILE *to, const char *had, const json_t *entry)
{
	size_t n = json_array_size(json_object_get(entry, "runs"));

	for (size_t i = 0; i < n; i++) {
		char *line = has(had, entry, i) ? NULL : line_of(entry, i);

		if (line)
			fprintf(to, "%s\n", line);
		free(line);
	}
}

static int append(const json_t *entry, struct track_file *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int ret;

	if (!to)
		return -ENOMEM;
	/* Of a line that was cut off, the rest is not ours. */
	if (f->size && f->text[f->size - 1] != '\n')
		fputc('\n', to);
	lines(to, f->text, entry);
	ret = fclose(to) ? -ENOMEM : track_file_append(f, text, size);
	free(text);
	return ret;
}

static enum sent json_send(const json_t *entry, struct delivery *d)
{
	const char *path = entry_text(entry, "to");
	struct track_file f;
	int ret;

	if (!strcmp(path, "-")) {
		lines(stdout, "", entry);
		return SENT;
	}
	ret = track_file_open(&f, path);
	if (!ret) {
		ret = append(entry, &f);
		track_file_close(&f);
	}
	if (!ret)
		return SENT;
	delivery_say(&d->why, "%s: cannot be written: %s", path,
		     strerror(-ret));
	return SENT_NOT;
}

const struct tracker tracker_json = { "json", json_send };
