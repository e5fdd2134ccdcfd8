/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cachedir.h"
#include "jsonfile.h"
#include "known.h"
#include "text.h"

/* Counted up whenever inspect.c or opcode.c finds something else. */
#define VERSION 2

static uint64_t mix(uint64_t hash, const void *data, size_t n)
{
	for (const unsigned char *p = data; n--; p++)
		hash = (hash ^ *p) * 1099511628211u; /* FNV-1a */
	return hash;
}

/* The file's name in the cache; false: there is no cache, or no object. */
static bool name(char *out, size_t size, const char *path,
		 const uint8_t build_id[20])
{
	static const uint8_t none[20];
	uint64_t hash = 14695981039346656037u;
	struct stat st;
	size_t n;

	if (!cache_path(out, size - 64, "objects"))
		return false;
	n = strlen(out);
	if (memcmp(build_id, none, sizeof(none))) {
		n += (size_t)snprintf(out + n, size - n, "/");
		for (int i = 0; i < 20; i++)
			n += (size_t)snprintf(out + n, size - n, "%02x",
					      build_id[i]);
		return true;
	}
	if (stat(path, &st))
		return false;
	hash = mix(hash, path, strlen(path));
	hash = mix(hash, &st.st_size, sizeof(st.st_size));
	hash = mix(hash, &st.st_mtim, sizeof(st.st_mtim));
	snprintf(out + n, size - n, "/file-%016llx", (unsigned long long)hash);
	return true;
}

static bool parse_finding(struct finding *f, json_t *j)
{
	json_t *names = json_object_get(j, "names"), *n;
	const char *what = json_string_value(json_object_get(j, "what"));
	size_t i;

	if (!what || json_array_size(names) > FINDING_NAMES)
		return false;
	memset(f, 0, sizeof(*f));
	snprintf(f->what, sizeof(f->what), "%s", what);
	f->functions = (unsigned)json_integer_value(
		json_object_get(j, "functions"));
	json_array_foreach(names, i, n) {
		if (!json_is_string(n))
			return false;
		snprintf(f->name[i], sizeof(f->name[i]), "%s",
			 json_string_value(n));
	}
	return i == (f->functions < FINDING_NAMES ? f->functions
						  : FINDING_NAMES);
}

static bool parse(struct inspection *result, json_t *root)
{
	json_t *list = json_object_get(root, "findings"), *j;
	size_t i;

	result->n = 0;
	result->gpu = json_is_true(json_object_get(root, "gpu"));
	if (json_integer_value(json_object_get(root, "version")) != VERSION ||
	    !json_is_array(list) || json_array_size(list) > FINDINGS)
		return false;
	json_array_foreach(list, i, j) {
		if (!parse_finding(&result->finding[i], j))
			return false;
		result->n++;
	}
	return true;
}

bool known_read(struct inspection *result, const char *path,
		const uint8_t build_id[20])
{
	char file[PATH_MAX];
	json_t *root;
	bool ok;

	if (!name(file, sizeof(file), path, build_id))
		return false;
	root = json_load_file(file, 0, NULL);
	ok = root && parse(result, root);
	json_decref(root);
	return ok;
}

static json_t *build(const struct inspection *result, const char *path)
{
	json_t *root = json_object(), *list = json_array();

	for (size_t i = 0; i < result->n; i++) {
		const struct finding *f = &result->finding[i];
		json_t *j = json_object(), *names = json_array();

		for (unsigned k = 0; k < f->functions && k < FINDING_NAMES; k++)
			json_array_append_new(names, text_json(f->name[k]));
		json_object_set_new(j, "what", json_string(f->what));
		json_object_set_new(j, "functions",
				    json_integer(f->functions));
		json_object_set_new(j, "names", names);
		json_array_append_new(list, j);
	}
	json_object_set_new(root, "version", json_integer(VERSION));
	json_object_set_new(root, "object", text_json(path));
	json_object_set_new(root, "findings", list);
	json_object_set_new(root, "gpu", json_boolean(result->gpu));
	return root;
}

/* Written beside and renamed: others see all of it or nothing. */
void known_write(const struct inspection *result, const char *path,
		 const uint8_t build_id[20])
{
	char file[PATH_MAX];
	json_t *root;

	if (!name(file, sizeof(file), path, build_id))
		return;
	cache_prepare(file);
	root = build(result, path);
	jsonfile_write(file, root, JSON_COMPACT);
	json_decref(root);
}
