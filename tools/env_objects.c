/* SPDX-License-Identifier: MIT */
/* What a run loaded. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "runtimes.h"
#include "text.h"

static void put_owner(json_t *j, const struct packages *p, const char *file)
{
	struct package owner;

	if (!packages_owner(p, file, &owner))
		return;
	json_object_set_new(j, "package", text_json(owner.name));
	json_object_set_new(j, "version", text_json(owner.version));
	json_object_set_new(j, "architecture", text_json(owner.architecture));
	json_object_set_new(j, "manager", json_string("dpkg"));
}

static json_t *object(const struct sb_module *m, const struct packages *p)
{
	json_t *j = json_object();
	char file[PATH_MAX];

	json_object_set_new(j, "path", text_json(m->path));
	json_object_set_new(j, "build_id", module_build_id(m));
	if (!realpath(m->path, file))
		return j;
	if (strcmp(file, m->path))
		json_object_set_new(j, "file", text_json(file));
	put_owner(j, p, file);
	return j;
}

json_t *collect_program(const char *path, const struct packages *p)
{
	json_t *j = json_object();

	json_object_set_new(j, "path", text_json(path));
	if (path)
		put_owner(j, p, path);
	return j;
}

/* The kernel's, and ours. */
static bool not_theirs(const char *path)
{
	const char *slash = strrchr(path, '/');

	return *path != '/' || !strcmp(slash, "/libsamebits.so");
}

static int by_path(const void *a, const void *b)
{
	const struct sb_module *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order
		     : memcmp(x->build_id, y->build_id, sizeof(x->build_id));
}

static int by_pointer(const void *a, const void *b)
{
	return by_path(*(const void *const *)a, *(const void *const *)b);
}

json_t *collect_objects(const struct rundir *run, const struct packages *p)
{
	const struct sb_module **all;
	json_t *list = json_array();
	size_t n = 0;

	for (size_t i = 0; i < run->nlogs; i++)
		n += run->log[i].nmodules;
	all = calloc(n + 1, sizeof(*all));
	n = 0;
	for (size_t i = 0; all && i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nmodules; k++) {
			const struct sb_module *m = run->log[i].module[k];

			if (m && !not_theirs(m->path))
				all[n++] = m;
		}
	if (n)
		qsort(all, n, sizeof(*all), by_pointer);
	for (size_t i = 0; i < n; i++)
		if (!i || by_path(all[i - 1], all[i]))
			json_array_append_new(list, object(all[i], p));
	free(all);
	return list;
}

json_t *collect_libraries(const struct rundir *run)
{
	json_t *list = json_array();
	struct runtimes r;

	if (runtimes_find(&r, run))
		return list;
	for (size_t i = 0; i < r.n; i++) {
		const struct runtime *x = &r.runtime[i];
		json_t *threads = x->most ? json_pack("[i, i]", (int)x->least,
						      (int)x->most)
					  : json_null();

		json_array_append_new(list,
				      json_pack("{s:s, s:o, s:o, s:o}", "kind",
						x->kind, "path",
						text_json(x->path), "says",
						text_json(x->text), "threads",
						threads));
	}
	runtimes_free(&r);
	return list;
}

/* ---- CUDA ---- */

static bool of_cuda(const char *name)
{
	static const char *const starts[] = {
		"libcuda.so",	"libcudart",   "libcublas",  "libcudnn",
		"libnccl",	"libcufft",    "libcurand",  "libcusolver",
		"libcusparse",	"libnvrtc",    "libnvJitLink", "libcupti",
		"libcutensor",	"libnvinfer",
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* The package's, or what stands behind ".so." in the file's own name. */
static json_t *library_version(const json_t *object, const char *path)
{
	const char *file = json_string_value(json_object_get(object, "file"));
	json_t *version = json_object_get(object, "version");
	const char *at = strstr(file ? file : path, ".so.");

	if (json_is_string(version))
		return json_incref(version);
	return at ? text_json(at + 4) : json_null();
}

json_t *collect_cuda_libraries(const json_t *objects)
{
	json_t *j = json_object(), *object;
	size_t i;

	json_array_foreach(objects, i, object) {
		const char *path =
			json_string_value(json_object_get(object, "path"));
		const char *name = path ? strrchr(path, '/') : NULL;

		if (name && of_cuda(name + 1))
			json_object_set_new(j, name + 1,
					    library_version(object, path));
	}
	return j;
}
