/* SPDX-License-Identifier: MIT */
/* `samebits diff A B`: in what two runs differ, the likeliest cause first. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "cmd.h"
#include "find.h"
#include "opts.h"
#include "reader.h"
#include "result.h"
#include "runtimes.h"
#include "say.h"
#include "section.h"
#include "store.h"
#include "suspects.h"
#include "tally.h"
#include "text.h"
#include "tolerance.h"
#include "written.h"

static struct {
	const char *store, *json, *force;
} o;

static struct tolerance tolerance;

static const struct opt options[] = {
	{ "force", 0, NULL, "runs of different programs, too", &o.force },
	{ "json", 0, NULL, "all of it, for programs", &o.json },
	TOLERANCE_OPTIONS{ "store", 0, "DIR",
			   "where runs are kept (default .samebits)",
			   &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

/* One of the two. */
struct side {
	char dir[PATH_MAX];
	bool unpacked; /* from a bundle, to be forgotten */
	struct rundir run;
	struct result result;
	struct tally tally;
	struct runtimes runtimes;
};

static int read_side(struct side *s)
{
	int ret = rundir_open(&s->run, s->dir);

	if (!ret)
		ret = tally_make(&s->tally, &s->run);
	if (!ret)
		ret = runtimes_find(&s->runtimes, &s->run);
	if (!ret)
		ret = result_of_run(&s->result, s->dir);
	if (ret)
		fail("%s: cannot be read: %s", s->dir, strerror(-ret));
	return ret;
}

static int unpack(struct side *s, const char *bundle)
{
	char *trouble;
	int ret = bundle_open(bundle, s->dir, sizeof(s->dir), &trouble);

	if (ret)
		fail("%s %s", bundle, trouble ? trouble : strerror(-ret));
	free(trouble);
	s->unpacked = !ret;
	return ret ? ret : read_side(s);
}

static int open_side(struct side *s, const char *name)
{
	const char *store = o.store ? o.store : STORE_DEFAULT;
	int ret;

	if (bundle_is(name))
		return unpack(s, name);
	ret = store_find(store, name, s->dir, sizeof(s->dir));
	if (ret) {
		fail("%s: there is no such run in %s; see samebits list", name,
		     store);
		return ret;
	}
	return find_is_record(name, s->dir) ? -EINVAL : read_side(s);
}

static void close_side(struct side *s)
{
	result_free(&s->result);
	runtimes_free(&s->runtimes);
	tally_free(&s->tally);
	rundir_close(&s->run);
	if (s->unpacked)
		bundle_forget(s->dir);
}

/* ---- what the manifests say ---- */

static json_t *of(const struct side *s, const char *key)
{
	return json_object_get(s->run.manifest, key);
}

/* A value of the manifest as one word; the caller's to free. */
static char *word(const json_t *j)
{
	if (json_is_string(j))
		return strdup(json_string_value(j));
	return j && !json_is_null(j) ? json_dumps(j, JSON_ENCODE_ANY)
				     : strdup("none");
}

static void compare_value(struct section *s, const char *name, const json_t *a,
			  const json_t *b)
{
	char *x, *y;

	if (a == b || (a && b && json_equal((json_t *)a, (json_t *)b)))
		return;
	x = word(a);
	y = word(b);
	section_add(s, "%s: %s and %s", name, x ? x : "?", y ? y : "?");
	free(x);
	free(y);
}

static void compare_program(struct section *s, const struct side *a,
			    const struct side *b)
{
	compare_value(s, "program", of(a, "program"), of(b, "program"));
	compare_value(s, "arguments", of(a, "argv"), of(b, "argv"));
	compare_value(s, "working directory", of(a, "cwd"), of(b, "cwd"));
	compare_value(s, "mode", of(a, "mode"), of(b, "mode"));
}

/* The settings but for where the run lies: "key=value,key=value". */
static void compare_settings(struct section *s, const struct side *a,
			     const struct side *b)
{
	static const char *const keys[] = { "seed",	 "seeds",     "reseed",
					    "time",	 "trace",     "order",
					    "shuffle",	 "pids",      "force",
					    "observe",	 "framework", "crypto",
					    "digest",	 "mpi",	      "start",
					    "schedule",	 "turnseed",  "sleep",
					    "deny",	 "trap" };
	const char *text[2] = { json_string_value(of(a, "settings")),
				json_string_value(of(b, "settings")) };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char value[2][512] = { "", "" };
		size_t n = strlen(keys[i]);

		for (int k = 0; k < 2; k++)
			for (const char *at = text[k]; at && *at;) {
				size_t len = strcspn(at, ",");

				if (len > n && at[n] == '=' &&
				    !strncmp(at, keys[i], n))
					snprintf(value[k], sizeof(value[k]),
						 "%.*s", (int)(len - n - 1),
						 at + n + 1);
				at += len + (at[len] == ',');
			}
		if (strcmp(value[0], value[1]))
			section_add(s, "%s: %s and %s", keys[i],
				    *value[0] ? value[0] : "not said",
				    *value[1] ? value[1] : "not said");
	}
}

static void compare_variables(struct section *s, const struct side *a,
			      const struct side *b)
{
	static const char *const kinds[] = { "set", "kept" };

	for (int i = 0; i < 2; i++) {
		json_t *x = json_object_get(of(a, "environment"), kinds[i]);
		json_t *y = json_object_get(of(b, "environment"), kinds[i]);
		const char *name;
		json_t *value;

		json_object_foreach(x, name, value)
			compare_value(s, name, value, json_object_get(y, name));
		json_object_foreach(y, name,
				    value) if (!json_object_get(x, name))
			compare_value(s, name, NULL, value);
	}
}

/* ---- threads ---- */

static void compare_threads(struct section *s, const struct side *a,
			    const struct side *b)
{
	json_t *x = of(a, "threads"), *y = of(b, "threads");

	compare_value(s, "--threads", json_object_get(x, "wanted"),
		      json_object_get(y, "wanted"));
	compare_value(s, "processors that could be used",
		      json_object_get(x, "processors"),
		      json_object_get(y, "processors"));
	for (size_t i = 0; i < a->runtimes.n; i++)
		for (size_t k = 0; k < b->runtimes.n; k++) {
			const struct runtime *p = &a->runtimes.runtime[i];
			const struct runtime *q = &b->runtimes.runtime[k];

			if (strcmp(p->kind, q->kind) ||
			    strcmp(p->path, q->path))
				continue;
			if (p->most != q->most)
				section_add(s, "%s (%s): %u and %u threads",
					    p->kind, p->path, p->most, q->most);
			if (strcmp(p->text, q->text))
				section_add(s, "%s: %s and %s", p->kind,
					    p->text, q->text);
		}
}

/* ---- objects ---- */

static int by_path(const void *a, const void *b)
{
	const struct sb_module *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* Each path once, sorted; the caller's to free. */
static const struct sb_module **modules(const struct rundir *run, size_t *n)
{
	const struct sb_module **list;
	size_t room = 1, kept = 0;

	for (size_t i = 0; i < run->nlogs; i++)
		room += run->log[i].nmodules;
	list = calloc(room, sizeof(*list));
	*n = 0;
	for (size_t i = 0; list && i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nmodules; k++)
			if (run->log[i].module[k])
				list[(*n)++] = run->log[i].module[k];
	if (list && *n)
		qsort(list, *n, sizeof(*list), by_path);
	for (size_t i = 0; list && i < *n; i++)
		if (!kept || strcmp(list[kept - 1]->path, list[i]->path))
			list[kept++] = list[i];
	*n = kept;
	return list;
}

static void build_id(char out[17], const struct sb_module *m)
{
	for (int i = 0; i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", m->build_id[i]);
}

static const char *version_of(const struct side *s, const struct sb_module *m)
{
	const char *version = json_string_value(
		json_object_get(s->result.files.objects, m->path));

	return version ? version : "not named";
}

static int compare_objects(struct section *s, const struct side *a,
			   const struct side *b)
{
	size_t na, nb, i = 0, k = 0;
	const struct sb_module **x = modules(&a->run, &na);
	const struct sb_module **y = modules(&b->run, &nb);

	while (x && y && (i < na || k < nb)) {
		int order = i == na   ? 1
			    : k == nb ? -1
				      : strcmp(x[i]->path, y[k]->path);
		char id[2][17];

		if (order) {
			section_add(s, "%s: only in %s",
				    order < 0 ? x[i]->path : y[k]->path,
				    order < 0 ? "A" : "B");
		} else if (memcmp(x[i]->build_id, y[k]->build_id,
				  sizeof(x[i]->build_id))) {
			build_id(id[0], x[i]);
			build_id(id[1], y[k]);
			section_add(s,
				    "%s: versions %s and %s, build-ids %s… and "
				    "%s…",
				    x[i]->path, version_of(a, x[i]),
				    version_of(b, y[k]), id[0], id[1]);
		}
		i += order <= 0;
		k += order >= 0;
	}
	free(x);
	free(y);
	return x && y ? 0 : -ENOMEM;
}

/* ---- sources ---- */

static const struct tally_source *find_source(const struct tally *t,
					      const struct tally_source *like)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->source[i].name, like->name) &&
		    !strcmp(t->source[i].group, like->group))
			return &t->source[i];
	return NULL;
}

static void compare_sources(struct section *s, const struct side *a,
			    const struct side *b)
{
	for (size_t i = 0; i < a->tally.n; i++) {
		const struct tally_source *x = &a->tally.source[i];
		const struct tally_source *y = find_source(&b->tally, x);

		if (!y)
			section_add(s, "%s: %" PRIu64 " calls in A, none in B",
				    x->name, x->calls);
		else if (x->calls != y->calls)
			section_add(s, "%s: %" PRIu64 " and %" PRIu64 " calls",
				    x->name, x->calls, y->calls);
		else if (strcmp(tally_policy(x), tally_policy(y)))
			section_add(s, "%s: %s and %s", x->name,
				    tally_policy(x), tally_policy(y));
	}
	for (size_t i = 0; i < b->tally.n; i++)
		if (!find_source(&a->tally, &b->tally.source[i]))
			section_add(s, "%s: none in A, %" PRIu64 " calls in B",
				    b->tally.source[i].name,
				    b->tally.source[i].calls);
}

/* ---- the whole ---- */

static char *place(void *run, const struct file_entry *entry)
{
	(void)run;
	return entry->path && !access(entry->path, R_OK) ? strdup(entry->path)
							 : NULL;
}

/* What files hold now is another run's, but for what each run keeps. */
static char *place_of_streams(void *run, const struct file_entry *entry)
{
	const struct result *r = run;

	if (entry == &r->out || entry == &r->err)
		return place(run, entry);
	return NULL;
}

static void results(struct section *inputs, struct section *outputs,
		    const struct verdict *v)
{
	for (size_t i = 0; i < v->differences; i++) {
		const struct difference *d = &v->difference[i];
		bool input = !strncmp(d->what, "input ", 6);

		section_add(input ? inputs : outputs, "%s", d->what);
		section_more(input ? inputs : outputs, d->text);
	}
}

static bool same_program(const struct side *a, const struct side *b)
{
	const char *x = json_string_value(of(a, "program"));
	const char *y = json_string_value(of(b, "program"));
	const char *p = x ? strrchr(x, '/') : NULL;
	const char *q = y ? strrchr(y, '/') : NULL;

	return x && y && !strcmp(p ? p : x, q ? q : y);
}

static int compare(struct side *a, struct side *b)
{
	enum {
		INPUTS,
		PROGRAM,
		VARIABLES,
		SETTINGS,
		THREADS,
		OBJECTS,
		SOURCES,
		OUTPUTS,
		SECTIONS
	};
	struct section s[SECTIONS] = {
		[INPUTS] = { .title = "inputs" },
		[PROGRAM] = { .title = "program and arguments" },
		[VARIABLES] = { .title = "environment" },
		[SETTINGS] = { .title = "settings of samebits" },
		[THREADS] = { .title = "threads",
			      .warns = "the runs had other threads, and sums "
				       "in another order may differ" },
		[OBJECTS] = { .title = "objects loaded" },
		[SOURCES] = { .title = "calls of sources" },
		[OUTPUTS] = { .title = "results" },
	};
	struct verdict v = { .is = VERDICT_SAME };
	struct comparison c = { .a = &a->result,
				.b = &b->result,
				.run_a = &a->result,
				.run_b = &b->result,
				.place = place_of_streams,
				.tolerance = &tolerance };
	const char *mode = json_string_value(of(a, "mode"));
	unsigned long long events = 0;
	bool complete = true;
	int ret = result_compare(&v, &c);

	if (!ret)
		ret = suspects_find(&v, a->dir, b->dir,
				    mode && !strcmp(mode, "audit"), &events,
				    &complete);
	if (!ret)
		written_find(&v, &c);
	if (ret)
		goto out;
	results(&s[INPUTS], &s[OUTPUTS], &v);
	compare_program(&s[PROGRAM], a, b);
	compare_variables(&s[VARIABLES], a, b);
	compare_settings(&s[SETTINGS], a, b);
	compare_threads(&s[THREADS], a, b);
	ret = compare_objects(&s[OBJECTS], a, b);
	compare_sources(&s[SOURCES], a, b);
	if (v.suspects && v.is < VERDICT_DIFFERENT)
		v.is = VERDICT_DIFFERENT;
	for (int i = 0; i < SECTIONS; i++)
		if (s[i].n && i != OUTPUTS)
			v.is = VERDICT_DIFFERENT;
	if (o.json)
		sections_json(stdout, s, SECTIONS, &v);
	else
		sections_print(stdout, s, SECTIONS, &v, events, complete);
out:
	if (ret)
		fail("the runs cannot be compared: %s", strerror(-ret));
	for (int i = 0; i < SECTIONS; i++)
		section_free(&s[i]);
	ret = ret ? STATUS_UNKNOWN : verdict_status(&v);
	verdict_free(&v);
	return ret;
}

static int runs(const char *x, const char *y)
{
	struct side *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));
	int ret = STATUS_UNKNOWN;

	if (a && b && !open_side(a, x) && !open_side(b, y)) {
		if (!o.force && !same_program(a, b))
			fail("%s was a run of %s, %s of %s; --force compares "
			     "them nevertheless",
			     x, json_string_value(of(a, "program")), y,
			     json_string_value(of(b, "program")));
		else
			ret = compare(a, b);
	}
	if (a)
		close_side(a);
	if (b)
		close_side(b);
	free(a);
	free(b);
	return ret;
}

/* Two files, as check compares outputs. */
static int files(const char *a, const char *b)
{
	struct contents c;
	int ret = contents_compare(&c, a, b, &tolerance);

	if (ret)
		fail("%s", c.text ? c.text : strerror(-ret));
	else if (c.are == CONTENTS_SAME)
		printf("the same bytes\n");
	else if (o.json)
		json_dumpf(c.details, stdout, JSON_INDENT(2));
	else
		printf("%s (%s)\n%s\n",
		       c.are == CONTENTS_WITHIN ? "equal within the tolerance"
						: "different",
		       c.kind, c.text);
	ret = ret			 ? STATUS_UNKNOWN
	      : c.are == CONTENTS_DIFFER ? STATUS_DIFFERENT
					 : STATUS_SAME;
	contents_free(&c);
	return ret;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static int diff(int argc, char **argv)
{
	int operands, ret = opts_permute(options, argc, argv, &operands);

	if (ret == 1) {
		opts_help(stdout, "diff [options] A B",
			  "Says in what two runs differ: their inputs, "
			  "program, environment, libraries and\nthreads, the "
			  "first call that was not the same, their results. "
			  "A and B are runs\n(by number, directory or "
			  "bundle), or two files. Exit status: 0 the same, 1 "
			  "different,\n2 "
			  "trouble.",
			  options);
		return 0;
	}
	if (ret < 0 || !tolerance_valid(&tolerance))
		return STATUS_UNKNOWN;
	if (operands != 2) {
		fail("diff takes two runs, as in samebits diff 1 2; see "
		     "samebits list");
		return STATUS_UNKNOWN;
	}
	if (is_file(argv[1]) && is_file(argv[2]) && !bundle_is(argv[1]) &&
	    !bundle_is(argv[2]))
		return files(argv[1], argv[2]);
	return runs(argv[1], argv[2]);
}

const struct cmd cmd_diff = { "diff",
			      "in what two runs differ, and where first",
			      options, diff };
