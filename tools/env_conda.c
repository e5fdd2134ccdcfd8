/* SPDX-License-Identifier: MIT */
/* A conda environment, from conda-meta in its prefix: a file for each package,
 * named NAME-VERSION-BUILD.json, and a history that knows their channels. */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "secrets.h"
#include "text.h"

/* "NAME=VERSION=BUILD"; NULL: it is another file. */
static json_t *package(const char *file)
{
	char name[NAME_MAX + 1];
	char *end, *version, *build;

	snprintf(name, sizeof(name), "%s", file);
	end = strrchr(name, '.');
	if (!end || strcmp(end, ".json"))
		return NULL;
	*end = 0;
	build = strrchr(name, '-');
	if (!build)
		return NULL;
	*build++ = 0;
	version = strrchr(name, '-');
	if (!version)
		return NULL;
	*version++ = 0;
	return json_sprintf("%s=%s=%s", name, version, build);
}

static int in_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool has(const json_t *list, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!strcmp(json_string_value(one), text))
			return true;
	return false;
}

/* "+conda-forge/linux-64::numpy-1.24.2-py311_0": what was installed from
 * where; the platform is not the channel's. */
static void add_channel(json_t *channels, char *line)
{
	char *end = strstr(line, "::"), *slash, *hidden;

	if (*line != '+' || !end)
		return;
	*end = 0;
	slash = strrchr(line, '/');
	if (slash)
		*slash = 0;
	hidden = secrets_hide(line + 1);
	if (hidden && !has(channels, hidden))
		json_array_append_new(channels, text_json(hidden));
	free(hidden);
}

static json_t *channels_of(const char *meta)
{
	char path[PATH_MAX + 32], *line = NULL;
	json_t *channels = json_array();
	size_t room = 0;
	FILE *from;

	snprintf(path, sizeof(path), "%s/history", meta);
	from = fopen(path, "re");
	while (from && getline(&line, &room, from) > 0)
		add_channel(channels, line);
	free(line);
	if (from)
		fclose(from);
	return channels;
}

json_t *collect_conda(const char *prefix)
{
	char meta[PATH_MAX + 16];
	struct dirent **entry;
	json_t *packages;
	int n;

	snprintf(meta, sizeof(meta), "%s/conda-meta", prefix);
	n = *prefix ? scandir(meta, &entry, NULL, in_order) : -1;
	if (n < 0)
		return json_null();
	packages = json_array();
	for (int i = 0; i < n; i++) {
		json_array_append_new(packages, package(entry[i]->d_name));
		free(entry[i]);
	}
	free(entry);
	return json_pack("{s:o, s:o, s:o}", "prefix", text_json(prefix),
			 "packages", packages, "channels", channels_of(meta));
}
