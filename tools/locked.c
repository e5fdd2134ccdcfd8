/* SPDX-License-Identifier: MIT */
/* What a lock holds, of a run and of now. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "environment.h"
#include "files.h"
#include "identity.h"
#include "lockfile.h"
#include "pydists.h"
#include "text.h"

static json_t *section(json_t *lock, const char *name)
{
	json_t *s = json_object();

	json_object_set_new(lock, name, s);
	return s;
}

/* "VALUE (package version)" */
static json_t *with_package(const char *value, const char *package,
			    const char *version)
{
	if (!package)
		return text_json(value);
	return json_sprintf("%s (%s %s)", value, package,
			    version ? version : "?");
}

/* ---- paths ---- */

/* To the directory, where it lies below it. */
static const char *relative(const char *path, const char *cwd)
{
	const char *rest = path_below(path, cwd);

	return rest != path && *rest ? rest : path;
}

/* ---- sections ---- */

static void inputs(json_t *lock, json_t *all, const char *cwd)
{
	json_t *s = section(lock, "inputs"), *digest;
	const char *path;

	json_object_foreach(all, path, digest) {
		const char *text = json_string_value(digest);

		if (strspn(text, "0123456789abcdef") == 32 &&
		    !file_of_system(path))
			json_object_set(s, relative(path, cwd), digest);
	}
}

/* What belongs to a Python package is told by that. */
static bool of_python(const json_t *object)
{
	const char *path = text_at(object, "path");
	const char *manager = text_at(object, "manager");

	return (manager && !strcmp(manager, "python")) ||
	       strstr(path, "/site-packages/") ||
	       strstr(path, "/dist-packages/");
}

static json_t *object_value(const char *path, const char *package,
			    const char *version)
{
	char identity[80];

	if (object_identity(path, identity, sizeof(identity)))
		return json_string("missing");
	return with_package(identity, package, version);
}

static void objects(json_t *lock, const json_t *all, const char *cwd)
{
	json_t *s = section(lock, "objects"), *o;
	size_t i;

	json_array_foreach(all, i, o) {
		const char *id = text_at(o, "build_id"),
			   *path = text_at(o, "path"),
			   *package = text_at(o, "package"),
			   *version = text_at(o, "version");
		char text[64];

		if (of_python(o))
			continue;
		snprintf(text, sizeof(text), "build-id %s", id ? id : "");
		json_object_set_new(s, relative(path, cwd),
				    id ? with_package(text, package, version)
				       : object_value(path, package, version));
	}
}

static json_t *package_value(const json_t *p)
{
	const char *commit = text_at(p, "commit"), *url = text_at(p, "url"),
		   *version = text_at(p, "version");

	if (commit || url)
		return json_sprintf("%s @ %s", version ? version : "?",
				    commit ? commit : url);
	return with_package(version ? version : "?", text_at(p, "package"),
			    text_at(p, "package_version"));
}

/* {name: value}; those that were imported, or all. */
static json_t *python_packages(const json_t *pythons, bool all)
{
	json_t *s = json_object(), *python, *p;
	size_t i, k;

	json_array_foreach(pythons, i, python) {
		json_object_set(s, "python",
				json_object_get(python, "version"));
		json_array_foreach(json_object_get(python, "packages"), k, p) {
			const char *name = text_at(p, "name");
			char normal[256];

			if (!name || (!all && !json_object_get(p, "loaded")))
				continue;
			pydist_normal(normal, sizeof(normal), name);
			json_object_set_new(s, normal, package_value(p));
		}
	}
	return s;
}

static void r(json_t *lock, const json_t *r)
{
	json_t *s = section(lock, "r"), *version;
	const char *name;

	if (!json_is_object(r))
		return;
	json_object_set(s, "R", json_object_get(r, "version"));
	json_object_foreach(json_object_get(r, "packages"), name, version)
		json_object_set(s, name, version);
}

static void libraries(json_t *lock, const json_t *all)
{
	json_t *s = section(lock, "libraries"), *l;
	size_t i;

	json_array_foreach(all, i, l) {
		const json_t *threads = json_object_get(l, "threads");
		long long n = json_integer_value(json_array_get(threads, 1));
		const char *kind = text_at(l, "kind"), *says = text_at(l, "says");
		char key[100];

		snprintf(key, sizeof(key), "%.60s", kind);
		if (json_object_get(s, key))
			snprintf(key, sizeof(key), "%.60s %zu", kind, i);
		json_object_set_new(s, key,
				    n ? json_sprintf("%s, %lld threads", says,
						     n)
				      : text_json(says));
	}
}

static void cuda(json_t *lock, const json_t *cuda)
{
	json_t *s = section(lock, "cuda"), *value;
	const char *name, *driver = text_at(cuda, "driver");
	char key[40];
	size_t i;

	if (driver)
		json_object_set_new(s, "driver", text_json(driver));
	json_array_foreach(json_object_get(cuda, "gpus"), i, value) {
		snprintf(key, sizeof(key), "gpu %zu", i);
		json_object_set(s, key, json_object_get(value, "model"));
	}
	json_object_foreach(json_object_get(cuda, "libraries"), name, value)
		if (json_is_string(value))
			json_object_set(s, name, value);
}

/* --portable is there so that the processor does not matter. */
static void processor(json_t *lock, const json_t *p, const json_t *options)
{
	json_t *s = section(lock, "processor");
	char *flags;

	if (!json_object_get(options, "threads"))
		json_object_set_new(s, "processors",
				    json_sprintf("%lld",
						 json_integer_value(
							 json_object_get(
								 p,
								 "allowed"))));
	if (json_object_get(options, "portable"))
		return;
	json_object_set(s, "model", json_object_get(p, "model"));
	flags = processor_telling(text_at(p, "flags"));
	json_object_set_new(s, "flags", text_json(flags));
	free(flags);
}

static void system_of(json_t *lock, const json_t *system)
{
	static const char *const keys[] = { "os", "libc", "architecture" };
	json_t *s = section(lock, "system");

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (text_at(system, keys[i]))
			json_object_set(s, keys[i],
					json_object_get(system, keys[i]));
}

/* What samebits sets follows from the options. */
static void variables(json_t *lock, json_t *all, const json_t *ours)
{
	json_t *s = section(lock, "variables"), *value;
	const char *name;

	json_object_foreach(all, name, value)
		if (variable_matters(name) && json_is_string(value) &&
		    !json_object_get(ours, name))
			json_object_set(s, name, value);
}

static void program(json_t *lock, const json_t *run, const char *cwd)
{
	json_t *s = section(lock, "program"), *arg;
	const char *path = text_at(run, "program");
	char key[40];
	size_t i;

	if (path)
		json_object_set_new(s, "path", text_json(relative(path, cwd)));
	json_array_foreach(json_object_get(run, "argv"), i, arg) {
		snprintf(key, sizeof(key), "argument %zu", i);
		json_object_set(s, key, arg);
	}
	if (json_is_false(json_object_get(run, "argv_whole")))
		json_object_set_new(s, LOCK_ARGUMENTS,
				    json_string("not all of them: some hold "
						"secrets, or are no text"));
}

json_t *lock_of_run(const json_t *record, const json_t *options)
{
	json_t *run = json_object_get(record, "run"), *lock = json_object();
	const char *cwd = text_at(run, "cwd");

	if (!cwd)
		cwd = "";
	json_object_set_new(lock, "run", json_deep_copy(options));
	program(lock, run, cwd);
	inputs(lock, json_object_get(record, "inputs"), cwd);
	json_object_set_new(lock, "packages",
			    python_packages(json_object_get(record, "python"),
					    false));
	r(lock, json_object_get(record, "r"));
	libraries(lock, json_object_get(record, "libraries"));
	objects(lock, json_object_get(record, "objects"), cwd);
	cuda(lock, json_object_get(record, "cuda"));
	processor(lock, json_object_get(record, "processor"), options);
	system_of(lock, json_object_get(record, "system"));
	variables(lock, json_object_get(record, "variables"),
		  json_object_get(json_object_get(run, "environment"), "set"));
	return lock;
}

/* ---- now ---- */

static void inputs_now(json_t *now, json_t *locked)
{
	json_t *s = section(now, "inputs"), *unused;
	const char *path;
	char digest[40];

	json_object_foreach(locked, path, unused)
		json_object_set_new(
			s, path,
			content_identity(path, digest, sizeof(digest))
				? json_string(access(path, F_OK) ? "missing"
								 : "unreadable")
				: json_string(digest));
}

static void objects_now(json_t *now, json_t *locked)
{
	json_t *s = section(now, "objects"), *unused;
	struct packages *p = packages_open();
	const char *path;

	json_object_foreach(locked, path, unused) {
		char file[PATH_MAX];
		struct package owner;
		bool owned = realpath(path, file) &&
			     packages_owner(p, file, &owner);

		json_object_set_new(s, path,
				    object_value(path, owned ? owner.name
							     : NULL,
						 owner.version));
	}
	packages_close(p);
}

/* Of those that are locked: others may be installed. */
static void packages_now(json_t *now, json_t *locked, const char *python)
{
	struct packages *p;
	json_t *s, *all, *pythons, *unused;
	const char *name;

	if (!json_object_size(locked))
		return;
	s = section(now, "packages");
	p = packages_open();
	pythons = collect_python_at(python, p);
	all = python_packages(pythons, true);
	json_object_foreach(locked, name, unused) {
		json_t *value = json_object_get(all, name);

		json_object_set_new(s, name, value ? json_incref(value)
						   : json_string("missing"));
	}
	json_decref(all);
	json_decref(pythons);
	packages_close(p);
}

json_t *lock_now(const json_t *lock, const char *python,
		 const struct variables *ours)
{
	json_t *now = json_object(), *system = collect_system(),
	       *p = collect_processor(),
	       *environment = collect_variables(ours),
	       *set = variables_json(ours);

	inputs_now(now, json_object_get(lock, "inputs"));
	objects_now(now, json_object_get(lock, "objects"));
	packages_now(now, json_object_get(lock, "packages"), python);
	processor(now, p, json_object_get(lock, "run"));
	system_of(now, system);
	variables(now, environment, json_object_get(set, "set"));
	json_decref(set);
	json_decref(environment);
	json_decref(system);
	json_decref(p);
	return now;
}

/* ---- compared ---- */

/* The build-id counts; the package is said along with it. */
static bool same(const char *a, const char *b, bool object)
{
	size_t n = a ? strcspn(a, object ? "(" : "") : 0;

	if (!a || !b)
		return a == b;
	return object ? strcspn(b, "(") == n && !strncmp(a, b, n)
		      : !strcmp(a, b);
}

static int compare_section(struct env_changes *c, unsigned rank,
			   const char *group, json_t *a, json_t *b)
{
	bool object = !strcmp(group, "object");
	const char *key;
	json_t *value;
	int ret = 0;

	json_object_foreach(a, key, value)
		if (!ret && !same(json_string_value(value), text_at(b, key),
				  object))
			ret = env_changes_add(c, rank, group, key,
					      json_string_value(value),
					      text_at(b, key));
	json_object_foreach(b, key, value)
		if (!ret && !json_object_get(a, key) && json_is_string(value))
			ret = env_changes_add(c, rank, group, key, NULL,
					      json_string_value(value));
	return ret;
}

int lock_compare(struct env_changes *c, const json_t *lock, const json_t *now)
{
	static const char *const parts[][2] = {
		{ "run", "option" },	     { "inputs", "input" },
		{ "packages", "package" },   { "r", "R package" },
		{ "objects", "object" },     { "libraries", "numeric library" },
		{ "cuda", "CUDA" },	     { "processor", "processor" },
		{ "system", "system" },	     { "variables", "variable" },
	};
	int ret = 0;

	*c = (struct env_changes){ 0 };
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !ret; i++) {
		json_t *a = json_object_get(lock, parts[i][0]);
		json_t *b = json_object_get(now, parts[i][0]);

		/* A section that holds nothing is not written. */
		if (b)
			ret = compare_section(c, (unsigned)i, parts[i][1], a, b);
	}
	return ret;
}
