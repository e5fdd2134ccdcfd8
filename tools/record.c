/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "reader.h"
#include "record.h"
#include "store.h"
#include "text.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Written beside and renamed: readers see all of it or the one before. */
static int write_json(const char *dir, const char *name, const json_t *j)
{
	char path[PATH_MAX], beside[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(beside, sizeof(beside), "%s/%s.new", dir, name);
	errno = 0;
	ret = json_dump_file(j, beside, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
	if (ret)
		ret = errno ? -errno : -EIO;
	else if (rename(beside, path))
		ret = -errno;
	if (ret)
		unlink(beside);
	return ret;
}

int record_new(const char *store, const char *kind, char **argv, char *dir,
	       size_t size)
{
	json_t *manifest, *list = json_array(), *content = json_object();
	char cwd[PATH_MAX];
	int ret = store_new_experiment(store, dir, size);

	for (char **a = argv; *a; a++)
		json_array_append_new(list, text_json(*a));
	manifest = json_pack("{s:i, s:s, s:o, s:o, s:o, s:f, s:n, s:n}",
			     "format", RECORD_FORMAT, "mode", kind, "program",
			     text_json(*argv), "argv", list, "cwd",
			     text_json(getcwd(cwd, sizeof(cwd)) ? cwd : ""),
			     "start", now(), "end", "status");
	if (!ret)
		ret = record_write(dir, kind, content);
	if (!ret)
		ret = write_json(dir, "manifest.json", manifest);
	json_decref(manifest);
	json_decref(content);
	return ret;
}

int record_write(const char *dir, const char *kind, json_t *content)
{
	json_object_set_new(content, "format", json_integer(RECORD_FORMAT));
	json_object_set_new(content, "kind", json_string(kind));
	return write_json(dir, STORE_EXPERIMENT, content);
}

int record_end(const char *dir, int status)
{
	json_t *manifest = manifest_read(dir);
	int ret;

	if (!manifest)
		return -ENOENT;
	json_object_set_new(manifest, "end", json_real(now()));
	json_object_set_new(manifest, "status", json_integer(status));
	ret = write_json(dir, "manifest.json", manifest);
	json_decref(manifest);
	return ret;
}

json_t *record_read(const char *dir)
{
	char path[PATH_MAX];
	json_t *content;

	snprintf(path, sizeof(path), "%s/" STORE_EXPERIMENT, dir);
	content = json_load_file(path, 0, NULL);
	if (content && json_is_object(content) &&
	    json_integer_value(json_object_get(content, "format")) ==
		    RECORD_FORMAT)
		return content;
	json_decref(content);
	return NULL;
}

bool record_is(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" STORE_EXPERIMENT, dir);
	return access(path, F_OK) == 0;
}

static bool is_of(const char *dir, const char *kind)
{
	json_t *content = record_is(dir) ? record_read(dir) : NULL;
	const char *is = json_string_value(json_object_get(content, "kind"));
	bool yes = content && (!kind || (is && !strcmp(is, kind)));

	json_decref(content);
	return yes;
}

int record_newest(const char *store, const char *kind, char *dir, size_t size)
{
	char absolute[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	int n, found = -ENOENT;
	struct dirent **run;

	if (!realpath(store, absolute))
		return -errno;
	n = store_list(absolute, &run);
	for (int i = n - 1; i >= 0 && found; i--) {
		snprintf(path, sizeof(path), "%s/%s", absolute, run[i]->d_name);
		if (is_of(path, kind))
			found = (size_t)snprintf(dir, size, "%s", path) < size
					? 0
					: -ENAMETOOLONG;
	}
	if (n >= 0)
		store_list_free(run, n);
	return found;
}
