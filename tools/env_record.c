/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "files.h"
#include "text.h"

/* What the shim was told, without what is of one run alone. */
static json_t *policies(const json_t *manifest)
{
	static const char *const own[] = { "dir", "slot", "path",
					   "exec", "pad", "seed" };
	const char *settings =
		json_string_value(json_object_get(manifest, "settings"));
	char *copy = settings ? strdup(settings) : NULL, *rest = copy, *one;
	json_t *j = json_object();

	while (rest && (one = strsep(&rest, ","))) {
		char *value = strchr(one, '=');
		bool skip = !value;

		if (value)
			*value++ = 0;
		for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
			skip |= !strcmp(one, own[i]);
		if (!skip)
			json_object_set_new(j, one, text_json(value));
	}
	free(copy);
	return j;
}

static json_t *run_json(const json_t *manifest, const char *dir)
{
	static const char *const keys[] = {
		"program", "argv",   "argv_whole", "cwd", "seed",   "threads",   "process_ids",
		"start",   "end",    "status", "resources", "log", "blind_spots",
		"environment", "options", "ranks",
	};
	json_t *j = json_object(), *value;

	json_object_set(j, "mode", json_object_get(manifest, "mode"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		value = json_object_get(manifest, keys[i]);
		json_object_set(j, keys[i], value ? value : json_null());
	}
	json_object_set_new(j, "policies", policies(manifest));
	json_object_set_new(j, "cost_of_control", environment_cost(dir, j));
	return j;
}

static json_t *file_json(const struct file_entry *f)
{
	char digest[40];

	if (f->state != FILE_WHOLE)
		return text_json(file_state_text(f));
	snprintf(digest, sizeof(digest), "%016llx%016llx",
		 (unsigned long long)f->digest.part[0],
		 (unsigned long long)f->digest.part[1]);
	return json_string(digest);
}

static json_t *files_digests(const struct file_entry *list, size_t n)
{
	json_t *j = json_object();

	for (size_t i = 0; i < n; i++) {
		json_t *name = text_json(list[i].path);

		json_object_set_new(j, json_string_value(name),
				    file_json(&list[i]));
		json_decref(name);
	}
	return j;
}

int environment_record(const char *dir, json_t **record)
{
	json_t *manifest;
	struct files files = { 0 };
	int ret = environment_read(dir, record);

	if (ret)
		return ret;
	manifest = manifest_read(dir);
	json_object_set_new(*record, "run", run_json(manifest, dir));
	json_decref(manifest);
	if (files_read(&files, dir) == 0) {
		json_object_set_new(*record, "inputs",
				    files_digests(files.input, files.inputs));
		json_object_set_new(*record, "outputs",
				    files_digests(files.output,
						  files.outputs));
	}
	files_free(&files);
	return 0;
}
