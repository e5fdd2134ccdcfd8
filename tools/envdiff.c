/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envdiff.h"
#include "pydists.h"
#include "text.h"

/* In this order. */
enum rank {
	PROGRAM,
	INPUT,
	COMMIT,
	CONTROL,
	NUMERIC,
	PACKAGE,
	OBJECT,
	PROCESSOR,
	SYSTEM,
	VARIABLE,
	IDLE_PACKAGE,
	SURROUNDINGS,
};

static const char *const groups[] = {
	[PROGRAM] = "program",	     [INPUT] = "input",
	[COMMIT] = "source code",    [CONTROL] = "control",
	[NUMERIC] = "numeric library", [PACKAGE] = "package",
	[OBJECT] = "object",	     [PROCESSOR] = "processor",
	[SYSTEM] = "system",	     [VARIABLE] = "variable",
	[IDLE_PACKAGE] = "package, not loaded",
	[SURROUNDINGS] = "surroundings",
};

struct comparing {
	struct env_changes *c;
	int ret;
};

static char *as_text(const json_t *j)
{
	if (!j || json_is_null(j))
		return NULL;
	if (json_is_string(j))
		return strdup(json_string_value(j));
	return json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT |
				     JSON_REAL_PRECISION(6));
}

int env_changes_add(struct env_changes *c, unsigned rank, const char *group,
		    const char *what, const char *a, const char *b)
{
	struct env_change *at = realloc(c->at, (c->n + 1) * sizeof(*at));
	struct env_change *made;

	if (!at)
		return -ENOMEM;
	c->at = at;
	made = &at[c->n++];
	*made = (struct env_change){ rank, group, strdup(what),
				     a ? strdup(a) : NULL,
				     b ? strdup(b) : NULL };
	return made->what && !a == !made->a && !b == !made->b ? 0 : -ENOMEM;
}

/* Takes a and b. */
static void add_text(struct comparing *x, enum rank rank, const char *what,
		     char *a, char *b)
{
	int ret = env_changes_add(x->c, rank, groups[rank], what, a, b);

	if (ret)
		x->ret = ret;
	free(a);
	free(b);
}

static void add(struct comparing *x, enum rank rank, const char *what,
		const json_t *a, const json_t *b)
{
	add_text(x, rank, what, as_text(a), as_text(b));
}

static bool same(const json_t *a, const json_t *b)
{
	if (!a || json_is_null(a))
		return !b || json_is_null(b);
	return b && json_equal(a, b);
}

/* ---- an object, key by key ---- */

/* Keys of either, each once: first those of a. */
static void keys(struct comparing *x, enum rank rank, const char *prefix,
		 json_t *a, json_t *b)
{
	const char *key;
	json_t *value;
	char what[512];

	json_object_foreach(a, key, value) {
		snprintf(what, sizeof(what), "%s%s", prefix, key);
		if (!same(value, json_object_get(b, key)))
			add(x, rank, what, value, json_object_get(b, key));
	}
	json_object_foreach(b, key, value) {
		snprintf(what, sizeof(what), "%s%s", prefix, key);
		if (!json_object_get(a, key) && !json_is_null(value))
			add(x, rank, what, NULL, value);
	}
}

static void one(struct comparing *x, enum rank rank, const char *what,
		const json_t *a, const json_t *b, const char *key)
{
	const json_t *p = json_object_get(a, key), *q = json_object_get(b, key);

	if (!same(p, q))
		add(x, rank, what, p, q);
}

/* Both have this part, or one of them says that there is none. */
static bool both(const json_t *a, const json_t *b, const char *part,
		 json_t **p, json_t **q)
{
	*p = json_object_get(a, part);
	*q = json_object_get(b, part);
	return *p && *q;
}

/* ---- flags of the processor ---- */

/* Words of `text` that are not in `other`. */
static char *words_only_in(const char *text, const char *other)
{
	char *copy = text ? strdup(text) : NULL, *rest = copy, *w;
	char *result = NULL;
	size_t size, n = 0;
	FILE *to = open_memstream(&result, &size);

	while (to && rest && (w = strsep(&rest, " ")))
		if (*w && !text_has_word(other, w))
			fprintf(to, "%s%s", n++ ? " " : "", w);
	if (to)
		fclose(to);
	free(copy);
	if (!n) {
		free(result);
		return NULL;
	}
	return result;
}

static void processor(struct comparing *x, json_t *a, json_t *b)
{
	const char *p = text_at(a, "flags"), *q = text_at(b, "flags");
	json_t *c = json_copy(a), *d = json_copy(b);

	json_object_del(c, "flags");
	json_object_del(d, "flags");
	keys(x, PROCESSOR, "", c, d);
	json_decref(c);
	json_decref(d);
	if (p && q && strcmp(p, q))
		add_text(x, PROCESSOR, "flags of one alone",
			 words_only_in(p, q), words_only_in(q, p));
}

/* ---- objects: those of one package are one change ---- */

static json_t *by_base(const json_t *objects)
{
	json_t *j = json_object(), *o;
	size_t i;

	json_array_foreach(objects, i, o) {
		const char *name = text_base(text_at(o, "path"));

		if (name)
			json_object_set(j, name, o);
	}
	return j;
}

static bool object_same(const json_t *a, const json_t *b)
{
	const json_t *p = json_object_get(a, "build_id");
	const json_t *q = json_object_get(b, "build_id");

	if (json_is_string(p) && json_is_string(q))
		return json_equal(p, q);
	return same(json_object_get(a, "version"),
		    json_object_get(b, "version"));
}

static char *object_text(const json_t *o)
{
	const char *package = text_at(o, "package"),
		   *version = text_at(o, "version"),
		   *id = text_at(o, "build_id");
	char *text = NULL;
	int ret;

	if (!o)
		return NULL;
	if (package)
		ret = asprintf(&text, "%s %s", package, version ? version : "");
	else
		ret = asprintf(&text, "%s, build-id %.12s", text_at(o, "path"),
			       id ? id : "none");
	return ret < 0 ? NULL : text;
}

/* Changes that read the same are one: {"A\nB": {"a", "b", "name", "n"}}. */
static void put_object(json_t *all, const char *name, const json_t *a,
		       const json_t *b)
{
	char *p = object_text(a), *q = object_text(b), *key;
	json_t *known, *n;

	if (asprintf(&key, "%s\n%s", p ? p : "", q ? q : "") < 0)
		key = NULL;
	known = key ? json_object_get(all, key) : NULL;
	n = json_object_get(known, "n");
	if (known)
		json_integer_set(n, json_integer_value(n) + 1);
	else if (key)
		json_object_set_new(all, key,
				    json_pack("{s:s?, s:s?, s:s, s:i}", "a", p,
					      "b", q, "name", name, "n", 1));
	free(key);
	free(p);
	free(q);
}

static void put_objects(struct comparing *x, json_t *all)
{
	const char *key;
	json_t *one;
	char what[512];

	json_object_foreach(all, key, one) {
		long long n = json_integer_value(json_object_get(one, "n"));

		if (n > 1)
			snprintf(what, sizeof(what), "%s and %lld more",
				 text_at(one, "name"), n - 1);
		else
			snprintf(what, sizeof(what), "%s", text_at(one, "name"));
		add(x, OBJECT, what, json_object_get(one, "a"),
		    json_object_get(one, "b"));
	}
}

static void objects(struct comparing *x, const json_t *a, const json_t *b)
{
	json_t *p = by_base(a), *q = by_base(b), *all = json_object(), *o;
	const char *name;

	json_object_foreach(p, name, o)
		if (!json_object_get(q, name) ||
		    !object_same(o, json_object_get(q, name)))
			put_object(all, name, o, json_object_get(q, name));
	json_object_foreach(q, name, o)
		if (!json_object_get(p, name))
			put_object(all, name, NULL, o);
	put_objects(x, all);
	json_decref(all);
	json_decref(p);
	json_decref(q);
}

/* ---- numeric libraries ---- */

/* What serves as BLAS may have another name there: by kind. */
static json_t *by_kind(const json_t *libraries)
{
	json_t *j = json_object(), *l;
	size_t i;

	json_array_foreach(libraries, i, l) {
		const char *kind = text_at(l, "kind");
		char what[300];

		if (!kind)
			continue;
		json_object_set(j, kind, json_object_get(l, "says"));
		snprintf(what, sizeof(what), "%s threads", kind);
		json_object_set(j, what, json_object_get(l, "threads"));
	}
	return j;
}

static void libraries(struct comparing *x, const json_t *a, const json_t *b)
{
	json_t *p = by_kind(a), *q = by_kind(b);

	keys(x, NUMERIC, "", p, q);
	json_decref(p);
	json_decref(q);
}

/* ---- Python ---- */

/* {normal name: [version, loaded, url, commit]} of all its interpreters. */
static json_t *packages_of(const json_t *pythons)
{
	json_t *all = json_object(), *python, *package;
	size_t i, k;

	json_array_foreach(pythons, i, python)
		json_array_foreach(json_object_get(python, "packages"), k,
				   package) {
			const char *name = text_at(package, "name");
			char normal[256];

			if (!name)
				continue;
			pydist_normal(normal, sizeof(normal), name);
			json_object_set(all, normal, package);
		}
	return all;
}

static json_t *package_text(const json_t *p)
{
	const char *version = text_at(p, "version"), *url = text_at(p, "url"),
		   *commit = text_at(p, "commit");

	if (!p)
		return NULL;
	if (!url && !commit)
		return text_json(version ? version : "?");
	return json_sprintf("%s %s%s%s", version ? version : "?",
			    url ? url : "", commit ? " @ " : "",
			    commit ? commit : "");
}

static void package(struct comparing *x, const char *name, const json_t *a,
		    const json_t *b)
{
	bool loaded = json_object_get(a, "loaded") || json_object_get(b, "loaded");
	json_t *p = package_text(a), *q = package_text(b);

	if (!same(p, q))
		add(x, loaded ? PACKAGE : IDLE_PACKAGE, name, p, q);
	json_decref(p);
	json_decref(q);
}

/* A Python that the other has not used is not compared: without a run, it is
 * the one that PATH leads to. */
static void python(struct comparing *x, const json_t *a, const json_t *b)
{
	json_t *p, *q, *value;
	const char *name;

	if (!json_array_size(a) || !json_array_size(b))
		return;
	p = packages_of(a);
	q = packages_of(b);
	one(x, PACKAGE, "python", json_array_get(a, 0), json_array_get(b, 0),
	    "version");
	json_object_foreach(p, name, value)
		package(x, name, value, json_object_get(q, name));
	json_object_foreach(q, name, value)
		if (!json_object_get(p, name))
			package(x, name, NULL, value);
	json_decref(p);
	json_decref(q);
}

static void r(struct comparing *x, json_t *a, json_t *b)
{
	one(x, PACKAGE, "R", a, b, "version");
	keys(x, PACKAGE, "R package ", json_object_get(a, "packages"),
	     json_object_get(b, "packages"));
}

/* ---- CUDA ---- */

static void cuda(struct comparing *x, json_t *a, json_t *b)
{
	one(x, NUMERIC, "NVIDIA driver", a, b, "driver");
	one(x, NUMERIC, "CUDA of the driver", a, b, "driver_cuda");
	one(x, NUMERIC, "GPUs", a, b, "gpus");
	keys(x, NUMERIC, "", json_object_get(a, "libraries"),
	     json_object_get(b, "libraries"));
}

/* ---- the run ---- */

static void git(struct comparing *x, const json_t *a, const json_t *b)
{
	one(x, COMMIT, "commit", a, b, "commit");
	one(x, COMMIT, "digest of what is not committed", a, b, "diff");
	one(x, COMMIT, "remote", a, b, "remote");
	one(x, SURROUNDINGS, "branch", a, b, "branch");
}

static void run(struct comparing *x, json_t *a, json_t *b)
{
	one(x, PROGRAM, "program", a, b, "program");
	one(x, PROGRAM, "arguments", a, b, "argv");
	one(x, CONTROL, "mode", a, b, "mode");
	one(x, CONTROL, "seed", a, b, "seed");
	keys(x, CONTROL, "", json_object_get(a, "policies"),
	     json_object_get(b, "policies"));
	keys(x, CONTROL, "threads ", json_object_get(a, "threads"),
	     json_object_get(b, "threads"));
	one(x, SURROUNDINGS, "directory", a, b, "cwd");
}

static void system_of(struct comparing *x, json_t *a, json_t *b)
{
	json_t *c = json_copy(a), *d = json_copy(b);

	one(x, SURROUNDINGS, "host", c, d, "host");
	json_object_del(c, "host");
	json_object_del(d, "host");
	keys(x, SYSTEM, "", c, d);
	json_decref(c);
	json_decref(d);
}

/* What a run was given by samebits says nothing of where there is no run. */
static void drop_ours(json_t *variables, const json_t *run, const json_t *other)
{
	json_t *set = json_object_get(json_object_get(run, "environment"),
				      "set"),
	       *value;
	const char *name;

	json_object_foreach(set, name, value)
		if (!other)
			json_object_del(variables, name);
}

static void variables(struct comparing *x, json_t *a, json_t *b,
		      const json_t *run_a, const json_t *run_b)
{
	static const char *const shells[] = { "_", "SHLVL", "OLDPWD", "PWD" };
	json_t *c = json_copy(a), *d = json_copy(b);

	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		json_object_del(c, shells[i]);
		json_object_del(d, shells[i]);
	}
	drop_ours(c, run_a, run_b);
	drop_ours(d, run_b, run_a);
	keys(x, VARIABLE, "", c, d);
	json_decref(c);
	json_decref(d);
}

/* ---- the whole ---- */

static int by_rank(const void *p, const void *q)
{
	const struct env_change *a = p, *b = q;

	return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank)
				  : strverscmp(a->what, b->what);
}

int env_compare(struct env_changes *c, const json_t *a, const json_t *b)
{
	struct comparing x = { c, 0 };
	json_t *p, *q;

	*c = (struct env_changes){ 0 };
	if (both(a, b, "run", &p, &q))
		run(&x, p, q);
	if (both(a, b, "inputs", &p, &q))
		keys(&x, INPUT, "", p, q);
	if (both(a, b, "git", &p, &q))
		git(&x, p, q);
	if (both(a, b, "libraries", &p, &q))
		libraries(&x, p, q);
	if (both(a, b, "cuda", &p, &q))
		cuda(&x, p, q);
	if (both(a, b, "python", &p, &q))
		python(&x, p, q);
	if (both(a, b, "r", &p, &q))
		r(&x, p, q);
	if (both(a, b, "objects", &p, &q))
		objects(&x, p, q);
	if (both(a, b, "processor", &p, &q))
		processor(&x, p, q);
	if (both(a, b, "system", &p, &q))
		system_of(&x, p, q);
	if (both(a, b, "variables", &p, &q))
		variables(&x, p, q, json_object_get(a, "run"),
			  json_object_get(b, "run"));
	if (both(a, b, "memory", &p, &q))
		keys(&x, SURROUNDINGS, "memory ", p, q);
	if (both(a, b, "limits", &p, &q))
		keys(&x, SURROUNDINGS, "limit of ", p, q);
	if (both(a, b, "container", &p, &q))
		keys(&x, SURROUNDINGS, "container ", p, q);
	if (c->n)
		qsort(c->at, c->n, sizeof(*c->at), by_rank);
	return x.ret;
}

void env_changes_free(struct env_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].what);
		free(c->at[i].a);
		free(c->at[i].b);
	}
	free(c->at);
	*c = (struct env_changes){ 0 };
}

json_t *env_changes_json(const struct env_changes *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o, s:o}", "group",
					c->at[i].group, "what",
					text_json(c->at[i].what), "a",
					text_json(c->at[i].a), "b",
					text_json(c->at[i].b)));
	return list;
}
