/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cachedir.h"
#include "collect.h"
#include "jsonfile.h"
#include "pydists.h"
#include "secrets.h"
#include "text.h"

#define FORMAT 1 /* of what is kept */

void pydist_normal(char *out, size_t size, const char *name)
{
	size_t n = 0;

	for (; *name && n + 1 < size; name++) {
		bool separator = strchr("-_.", *name);

		if (separator && n && out[n - 1] == '-')
			continue;
		out[n++] = separator ? '-'
				     : (char)tolower((unsigned char)*name);
	}
	out[n] = 0;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

/* ---- METADATA, PKG-INFO ---- */

/* The name at the beginning of "numpy>=1.20; python_version < '3.9'"; NULL: only
 * for an extra that nobody asked for, perhaps. */
static json_t *requirement(const char *text, size_t n)
{
	size_t name = 0;

	if (memmem(text, n, "extra ==", 8) || memmem(text, n, "extra==", 7))
		return NULL;
	while (name < n && (isalnum((unsigned char)text[name]) ||
			    strchr("-_.", text[name])))
		name++;
	return name ? json_stringn(text, name) : NULL;
}

/* Of the head alone: it ends at an empty line. */
static void read_head(json_t *dist, const char *text)
{
	json_t *requires = json_array();

	for (const char *at = text; at && *at && *at != '\n' && *at != '\r';) {
		size_t n = strcspn(at, "\r\n");

		if (!strncmp(at, "Name: ", 6) && !json_object_get(dist, "name"))
			json_object_set_new(dist, "name",
					    json_stringn(at + 6, n - 6));
		else if (!strncmp(at, "Version: ", 9))
			json_object_set_new(dist, "version",
					    json_stringn(at + 9, n - 9));
		else if (!strncmp(at, "Requires-Dist: ", 15))
			json_array_append_new(requires,
					      requirement(at + 15, n - 15));
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (json_array_size(requires))
		json_object_set(dist, "requires", requires);
	json_decref(requires);
}

/* "name-1.2.3.dist-info", "name-1.2-py3.11.egg-info" */
static void from_name(json_t *dist, const char *entry)
{
	const char *dash = strchr(entry, '-'), *end = strrchr(entry, '.');
	const char *stop = dash ? strstr(dash, "-py") : NULL;

	if (!dash || dash > end) {
		json_object_set_new(dist, "name",
				    json_stringn(entry, (size_t)(end - entry)));
		return;
	}
	if (stop && stop < end)
		end = stop;
	json_object_set_new(dist, "name",
			    json_stringn(entry, (size_t)(dash - entry)));
	json_object_set_new(dist, "version",
			    json_stringn(dash + 1, (size_t)(end - dash - 1)));
}

/* ---- direct_url.json ---- */

static void read_origin(json_t *dist, const char *directory)
{
	char path[PATH_MAX + 32], *hidden;
	json_t *j, *url, *vcs;

	snprintf(path, sizeof(path), "%s/direct_url.json", directory);
	j = json_load_file(path, 0, NULL);
	url = json_object_get(j, "url");
	if (json_is_string(url)) {
		hidden = secrets_hide(json_string_value(url));
		json_object_set_new(dist, "url", text_json(hidden));
		free(hidden);
	}
	if (json_is_true(json_object_get(json_object_get(j, "dir_info"),
					 "editable")))
		json_object_set_new(dist, "editable", json_true());
	vcs = json_object_get(j, "vcs_info");
	if (json_is_object(vcs)) {
		json_object_set(dist, "vcs", json_object_get(vcs, "vcs"));
		json_object_set(dist, "commit",
				json_object_get(vcs, "commit_id"));
	}
	json_decref(j);
}

/* ---- whose is what ---- */

/* The first part of a path and the first two: packages share directories. */
static void add_keys(json_t *keys, char *path)
{
	size_t n = strcspn(path, "/");
	char *second;

	if (!strncmp(path, "..", 2) || *path == '/' || !*path)
		return;
	second = path[n] ? path + n + 1 + strcspn(path + n + 1, "/") : NULL;
	if (second && *second) {
		*second = 0;
		json_object_set_new(keys, path, json_true());
	}
	if (path[n])
		path[n] = 0;
	json_object_set_new(keys, path, json_true());
}

/* Lines begin with a path; of RECORD a comma ends it, and quotes may stand
 * around. */
static bool keys_in(json_t *keys, const char *directory, const char *file)
{
	char path[PATH_MAX + 32], *line = NULL;
	size_t room = 0;
	FILE *from;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	from = fopen(path, "re");
	if (!from)
		return false;
	while (getline(&line, &room, from) > 0) {
		char *start = line + (*line == '"');

		start[strcspn(start, ",\"\r\n")] = 0;
		add_keys(keys, start);
	}
	free(line);
	fclose(from);
	return true;
}

static void read_keys(json_t *dist, const char *directory)
{
	json_t *keys = json_object(), *list = json_array();
	const char *name =
		json_string_value(json_object_get(dist, "name"));
	const char *key;
	json_t *unused;

	if (!keys_in(keys, directory, "RECORD") &&
	    !keys_in(keys, directory, "top_level.txt") && name)
		json_object_set_new(keys, name, json_true());
	json_object_foreach(keys, key, unused)
		if (!ends_in(key, ".dist-info") && !strstr(key, ".dist-info/"))
			json_array_append_new(list, json_string(key));
	json_object_set_new(dist, "keys", list);
	json_decref(keys);
}

/* ---- a directory ---- */

static json_t *in_directory(const char *directory, const char *entry)
{
	static const char *const files[] = { "METADATA", "PKG-INFO" };
	char path[PATH_MAX + 32], *text = NULL;
	json_t *dist = json_object();

	for (size_t i = 0; i < 2 && !text; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		text = collect_file(path);
	}
	if (text) {
		read_head(dist, text);
		json_object_set_new(dist, "metadata", text_json(path));
	}
	if (!json_object_get(dist, "name") ||
	    !json_object_get(dist, "version")) {
		json_object_clear(dist);
		from_name(dist, entry);
		json_object_set_new(dist, "damaged",
				    json_string("no metadata"));
	}
	free(text);
	snprintf(path, sizeof(path), "%s/INSTALLER", directory);
	text = collect_file(path);
	if (text)
		json_object_set_new(dist, "installer", text_json(text));
	free(text);
	read_origin(dist, directory);
	read_keys(dist, directory);
	return dist;
}

/* Of distutils: a file. */
static json_t *in_file(const char *path, const char *entry)
{
	char *text = collect_file(path);
	json_t *dist = json_object();

	if (text)
		read_head(dist, text);
	free(text);
	if (!json_object_get(dist, "name"))
		from_name(dist, entry);
	json_object_set_new(dist, "metadata", text_json(path));
	json_object_set_new(dist, "keys",
			    json_pack("[O]", json_object_get(dist, "name")));
	return dist;
}

/* `setup.py develop` left a file with the source's path. */
static json_t *linked(const char *path, const char *entry)
{
	char *text = collect_file(path), *url;
	json_t *dist = NULL, *j;
	DIR *d;
	struct dirent *e;

	if (text)
		text[strcspn(text, "\r\n")] = 0;
	d = text ? opendir(text) : NULL;
	while (d && !dist && (e = readdir(d))) {
		char info[2 * PATH_MAX];

		if (!ends_in(e->d_name, ".egg-info"))
			continue;
		snprintf(info, sizeof(info), "%s/%s", text, e->d_name);
		dist = in_directory(info, e->d_name);
	}
	if (d)
		closedir(d);
	if (!dist) {
		dist = json_object();
		from_name(dist, entry);
		json_object_set_new(dist, "damaged",
				    json_string("no metadata"));
	}
	if (text && asprintf(&url, "file://%s", text) >= 0) {
		j = text_json(url);
		json_object_set_new(dist, "url", j);
		free(url);
	}
	json_object_set_new(dist, "editable", json_true());
	free(text);
	return dist;
}

static json_t *entry_of(const char *site, const char *entry)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", site, entry);
	if (*entry == '~') /* what pip was about to remove */
		return NULL;
	if (ends_in(entry, ".egg-link"))
		return linked(path, entry);
	if (!ends_in(entry, ".dist-info") && !ends_in(entry, ".egg-info"))
		return NULL;
	if (stat(path, &st))
		return NULL;
	return S_ISDIR(st.st_mode) ? in_directory(path, entry)
				   : in_file(path, entry);
}

static int in_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static json_t *look(const char *site)
{
	json_t *list = json_array();
	struct dirent **entry;
	int n = scandir(site, &entry, NULL, in_order);

	for (int i = 0; i < n; i++) {
		json_array_append_new(list, entry_of(site, entry[i]->d_name));
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return list;
}

/* ---- kept ---- */

/* False: it cannot be, or it was changed just now and may be again. */
static bool kept_name(char *out, size_t size, const char *site)
{
	char key[PATH_MAX + 128], name[64];
	struct stat st;
	int n;

	if (stat(site, &st) || st.st_mtime + 2 > time(NULL))
		return false;
	n = snprintf(key, sizeof(key), "%d %s %lld.%09ld %llu", FORMAT, site,
		     (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		     (unsigned long long)st.st_ino);
	snprintf(name, sizeof(name), "python/%016llx",
		 (unsigned long long)XXH3_64bits(key, (size_t)n));
	return cache_path(out, size, name);
}

json_t *pydists_find(const char *site)
{
	char path[PATH_MAX];
	bool keep = kept_name(path, sizeof(path), site);
	json_t *list = keep ? json_load_file(path, 0, NULL) : NULL;

	if (list)
		return list;
	list = look(site);
	if (!keep)
		return list;
	cache_prepare(path);
	jsonfile_write(path, list, JSON_COMPACT);
	return list;
}
