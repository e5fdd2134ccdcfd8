/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "environment.h"
#include "lockfile.h"
#include "runlock.h"
#include "runopts.h"
#include "say.h"

struct locked_wanted locked_wanted;

static struct {
	json_t *lock; /* NULL: no --locked */
	char **argv;  /* of its program; NULL: the command line has one */
	bool warn;
	struct env_changes given; /* options that contradict it */
} l;

static const char *file(void)
{
	return locked_wanted.file ? locked_wanted.file : LOCK_FILE;
}

static int read_lock(void)
{
	char *trouble;
	int ret = lock_read(file(), &l.lock, &trouble);

	if (!ret)
		return 0;
	if (ret == -ENOENT)
		fail("%s: there is none here; make it with samebits lock -- "
		     "PROGRAM, or name it with --lock-file",
		     file());
	else if (trouble)
		fail("%s", trouble);
	else
		fail("%s: cannot be read: %s", file(), strerror(-ret));
	free(trouble);
	return STATUS_TROUBLE;
}

/* ---- options ---- */

static int apply_option(const char *name, const char *value)
{
	const struct opt *row = opts_find(wanted_control, name, strlen(name));

	if (!strcmp(name, "crypto"))
		return fail("%s: crypto can only be set on the command line: "
			    "take it out of the lock",
			    file());
	if (!row)
		return fail("%s: there is no option --%s; make it again with "
			    "samebits lock",
			    file(), name);
	if (!*row->value) {
		*row->value = value;
		return 0;
	}
	if (strcmp(*row->value, value) &&
	    env_changes_add(&l.given, 0, "option", name, value, *row->value))
		return fail("no memory");
	return 0;
}

/* The command line has what the lock does not know of. */
static int find_unlocked(json_t *options)
{
	for (const struct opt *row = wanted_control; row->name; row++)
		if (*row->value && !json_object_get(options, row->name) &&
		    strcmp(row->name, "crypto") &&
		    env_changes_add(&l.given, 0, "option", row->name, NULL,
				    *row->value))
			return fail("no memory");
	return 0;
}

static int apply(void)
{
	json_t *options = json_object_get(l.lock, "run"), *value;
	const char *name;
	int ret = find_unlocked(options);

	json_object_foreach(options, name, value)
		if (!ret)
			ret = apply_option(name, json_string_value(value));
	return ret;
}

static int take_program(char ***argv)
{
	json_t *program = json_object_get(l.lock, "program");
	size_t n = json_object_size(program);
	char key[40];

	if (json_object_get(program, LOCK_ARGUMENTS))
		return fail("%s: some of its program's arguments are hidden in "
			    "it, or are no text; name them: samebits run "
			    "--locked -- PROGRAM ARG...",
			    file());
	l.argv = calloc(n + 1, sizeof(*l.argv));
	for (size_t i = 0; l.argv && i < n; i++) {
		snprintf(key, sizeof(key), "argument %zu", i);
		l.argv[i] = (char *)json_string_value(
			json_object_get(program, key));
	}
	*argv = l.argv;
	if (!l.argv || !*l.argv)
		return fail("%s: names no program; say which: samebits run "
			    "--locked -- PROGRAM",
			    file());
	return 0;
}

int runlock_read(char ***argv)
{
	const char *how = locked_wanted.locked;
	int ret;

	if (!how || !strcmp(how, "no")) {
		if (locked_wanted.file && !how)
			return fail("--lock-file %s: add --locked to hold the "
				    "run to it",
				    locked_wanted.file);
		return 0;
	}
	l.warn = !strcmp(how, "warn");
	if (!l.warn && *how && strcmp(how, "yes"))
		return fail("--locked=%s: must be --locked or --locked=warn",
			    how);
	ret = read_lock();
	if (!ret)
		ret = apply();
	if (!ret && !**argv)
		ret = take_program(argv);
	return ret;
}

/* ---- differences ---- */

static void list(const struct env_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct env_change *x = &c->at[i];

		if (!x->a)
			say("  %s %s: not in the lock, now %s", x->group,
			    x->what, x->b);
		else if (!x->b)
			say("  %s %s: locked %s, now not there", x->group,
			    x->what, x->a);
		else
			say("  %s %s: locked %s, now %s", x->group, x->what,
			    x->a, x->b);
	}
}

static int judge(const struct env_changes *c, const char *what)
{
	if (!c->n)
		return 0;
	say("%s: %s in %zu thing%s%s", file(), what, c->n,
	    c->n == 1 ? "" : "s",
	    l.warn	? ""
	    : c->n == 1 ? "; put it right, samebits lock again, or "
			  "--locked=warn"
			: "; put them right, samebits lock again, or "
			  "--locked=warn");
	list(c);
	return l.warn ? 0 : STATUS_TROUBLE;
}

static const char *interpreter(const struct target *t)
{
	const char *slash = strrchr(t->path, '/');

	return slash && !strncmp(slash, "/python", 7) ? t->path : t->binary;
}

int runlock_check(const struct target *t, const struct variables *v)
{
	struct env_changes c;
	json_t *now;
	int ret;

	if (!l.lock)
		return 0;
	now = lock_now(l.lock, interpreter(t), v);
	ret = lock_compare(&c, l.lock, now);
	for (size_t i = 0; i < l.given.n && !ret; i++)
		ret = env_changes_add(&c, 0, "option", l.given.at[i].what,
				      l.given.at[i].a, l.given.at[i].b);
	if (ret)
		ret = fail("no memory");
	else
		ret = judge(&c, "this environment is another");
	env_changes_free(&c);
	json_decref(now);
	return ret;
}

/* What was said before the start is not said again. */
static void drop_known(json_t *run, const json_t *lock)
{
	static const char *const before[] = { "run", "processor", "system",
					      "variables" };
	const char *path;
	json_t *inputs = json_object_get(run, "inputs"), *value;

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		json_object_del(run, before[i]);
	/* What the run changed itself had its digest before. */
	json_object_foreach(json_object_get(lock, "inputs"), path, value)
		if (json_object_get(inputs, path))
			json_object_set(inputs, path, value);
}

int runlock_after(const char *dir)
{
	struct env_changes c = { 0 };
	json_t *record, *run;
	int ret;

	if (!l.lock)
		return 0;
	if (environment_record(dir, &record))
		return fail("%s: its record cannot be read, so it cannot be "
			    "held to the lock",
			    dir);
	run = lock_of_run(record, NULL);
	drop_known(run, l.lock);
	ret = lock_compare(&c, l.lock, run)
		      ? fail("no memory")
		      : judge(&c, "the run was not as locked");
	env_changes_free(&c);
	json_decref(run);
	json_decref(record);
	return ret;
}
