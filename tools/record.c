/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "jsonfile.h"
#include "reader.h"
#include "record.h"
#include "secrets.h"
#include "store.h"
#include "text.h"

#define APPENDED "trials.jsonl"
#define PUT "trials" /* a file for each */
#define FLAGS (JSON_INDENT(1) | JSON_REAL_PRECISION(17))

int record_new(const char *store, const char *kind, char **argv, char *dir,
	       size_t size)
{
	json_t *manifest, *content = json_object();
	char cwd[PATH_MAX];
	int ret = store_new_experiment(store, dir, size);

	if (ret) {
		json_decref(content);
		return ret;
	}
	manifest = json_pack("{s:i, s:s, s:o, s:o, s:o, s:f, s:n, s:n}",
			     "format", RECORD_FORMAT, "mode", kind, "program",
			     text_json(*argv), "argv",
			     secrets_arguments(argv), "cwd",
			     text_json(getcwd(cwd, sizeof(cwd)) ? cwd : ""),
			     "start", clock_real(), "end", "status");
	ret = record_write(dir, kind, content);
	if (!ret)
		ret = jsonfile_write_in(dir, "manifest.json", manifest, FLAGS);
	if (ret) /* or it would pass for a run */
		store_remove(dir);
	json_decref(manifest);
	json_decref(content);
	return ret;
}

int record_write(const char *dir, const char *kind, json_t *content)
{
	char lines[PATH_MAX];
	int ret;

	json_object_set_new(content, "format", json_integer(RECORD_FORMAT));
	json_object_set_new(content, "kind", json_string(kind));
	ret = jsonfile_write_in(dir, STORE_EXPERIMENT, content, FLAGS);
	snprintf(lines, sizeof(lines), "%s/" APPENDED, dir);
	if (!ret && unlink(lines) && errno != ENOENT)
		ret = -errno;
	return ret;
}

/* ---- what is appended ---- */

/* By one write, so that a kill leaves it whole or not there. */
static int append(const char *path, const char *line, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct stat st;
	ssize_t put;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		ret = -errno;
	} else {
		put = write(fd, line, n);
		if (put != (ssize_t)n)
			ret = put < 0 ? -errno : -ENOSPC;
		if (put > 0 && ret && ftruncate(fd, st.st_size))
			ret = -errno;
	}
	close(fd);
	return ret;
}

int record_append(const char *dir, const json_t *entry)
{
	char *text = json_dumps(entry, JSON_COMPACT | JSON_REAL_PRECISION(17));
	char path[PATH_MAX];
	size_t n;
	int ret;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/" APPENDED, dir);
	n = strlen(text);
	text[n] = '\n'; /* in the place of its end */
	ret = append(path, text, n + 1);
	free(text);
	return ret;
}

/* ---- what is put beside ---- */

#define PUT_NAME PUT "/%06zu.json"

static void put_path(char *path, size_t size, const char *dir, size_t run)
{
	snprintf(path, size, "%s/" PUT_NAME, dir, run);
}

int record_put(const char *dir, size_t run, const json_t *entry)
{
	char name[64], path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" PUT, dir);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	snprintf(name, sizeof(name), PUT_NAME, run);
	return jsonfile_write_in(dir, name, entry, FLAGS);
}

json_t *record_taken(const char *dir, size_t run)
{
	char path[PATH_MAX];

	put_path(path, sizeof(path), dir, run);
	return json_load_file(path, 0, NULL);
}

void record_drop(const char *dir, size_t run)
{
	char path[PATH_MAX];

	put_path(path, sizeof(path), dir, run);
	unlink(path);
}

/* Its run; 0: it is no entry, or not yet one. */
static size_t run_of(const char *name)
{
	char *end;
	unsigned long run = strtoul(name, &end, 10);

	return strcmp(end, ".json") ? 0 : run;
}

void record_puts(const char *dir, void (*each)(size_t run, void *arg),
		 void *arg)
{
	char path[PATH_MAX];
	DIR *d;

	snprintf(path, sizeof(path), "%s/" PUT, dir);
	d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));)
		if (run_of(e->d_name))
			each(run_of(e->d_name), arg);
	if (d)
		closedir(d);
}

void record_folded(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" PUT, dir);
	store_remove_tree(path);
}

/* ---- both are folded into the list ---- */

/* Which trial an entry is about. */
static void key_of(char *key, size_t size, const json_t *entry)
{
	const json_t *fold = json_object_get(entry, "fold");

	snprintf(key, size, "%" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT
		 " %" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(entry, "seed")),
		 json_is_integer(fold) ? json_integer_value(fold) : -1,
		 json_integer_value(json_object_get(entry, "repeat")));
}

struct fold {
	json_t *trials, *places; /* of each key in trials */
	const char *dir;
};

static void fold_one(struct fold *f, json_t *entry)
{
	const json_t *known;
	char key[80];

	key_of(key, sizeof(key), entry);
	known = json_object_get(f->places, key);
	if (known) {
		json_array_set(f->trials, (size_t)json_integer_value(known),
			       entry);
		return;
	}
	json_object_set_new(
		f->places, key,
		json_integer((json_int_t)json_array_size(f->trials)));
	json_array_append(f->trials, entry);
}

static void fold_lines(struct fold *f, FILE *from)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, from) > 0) {
		json_t *entry = json_loads(line, 0, NULL);

		if (json_is_object(entry))
			fold_one(f, entry);
		json_decref(entry);
	}
	free(line);
}

static void fold_put(size_t run, void *arg)
{
	struct fold *f = arg;
	json_t *entry = record_taken(f->dir, run);

	if (json_is_object(entry))
		fold_one(f, entry);
	json_decref(entry);
}

/* What a trial has left itself counts more than what was written of it when it
 * seemed lost. */
static void fold_appended(const char *dir, json_t *content)
{
	struct fold f = { json_array(), json_object(), dir };
	json_t *old = json_object_get(content, "trials"), *entry;
	char lines[PATH_MAX], put[PATH_MAX];
	FILE *from;
	size_t i;

	snprintf(lines, sizeof(lines), "%s/" APPENDED, dir);
	snprintf(put, sizeof(put), "%s/" PUT, dir);
	from = fopen(lines, "re");
	if (from || !access(put, F_OK)) {
		json_array_foreach(old, i, entry)
			fold_one(&f, entry);
		if (from)
			fold_lines(&f, from);
		record_puts(dir, fold_put, &f);
		json_object_set(content, "trials", f.trials);
	}
	if (from)
		fclose(from);
	json_decref(f.trials);
	json_decref(f.places);
}

int record_end(const char *dir, int status)
{
	json_t *manifest = manifest_read(dir);
	int ret;

	if (!manifest)
		return -ENOENT;
	json_object_set_new(manifest, "end", json_real(clock_real()));
	json_object_set_new(manifest, "status", json_integer(status));
	ret = jsonfile_write_in(dir, "manifest.json", manifest, FLAGS);
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
		    RECORD_FORMAT) {
		fold_appended(dir, content);
		return content;
	}
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
