/* SPDX-License-Identifier: MIT */
/* `samebits env`: what surrounds runs, and in what that differs. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle.h"
#include "cmd.h"
#include "env_text.h"
#include "environment.h"
#include "find.h"
#include "say.h"
#include "store.h"
#include "verdict.h"

static struct {
	const char *store, *json, *diff;
} o;

static const struct opt options[] = {
	{ "diff", 0, NULL, "in what do two differ? what changes results first",
	  &o.diff },
	{ "json", 0, NULL, "for programs", &o.json },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

static int unreadable(const char *name, int ret)
{
	if (ret == -ENOENT)
		return fail("%s: it has no %s: it was made by an older "
			    "samebits, or was ended before its end; run it "
			    "again",
			    name, ENVIRONMENT_FILE);
	if (ret == -EPROTO)
		return fail("%s: written by a newer samebits; use that one",
			    name);
	if (ret == -EBADMSG)
		return fail("%s: its record is damaged; run it again", name);
	return fail("%s: cannot be read: %s", name, strerror(-ret));
}

static int no_record(const char *name, int ret)
{
	if (ret == -EBADMSG)
		return fail("%s: is neither a bundle nor what samebits env "
			    "--json writes", name);
	return unreadable(name, ret);
}

static int of_bundle(const char *name, json_t **record)
{
	char dir[PATH_MAX], *trouble = NULL;
	int ret = bundle_open(name, dir, sizeof(dir), &trouble);

	if (ret) {
		fail("%s %s", name, trouble ? trouble : strerror(-ret));
		free(trouble);
		return STATUS_TROUBLE;
	}
	ret = environment_record(dir, record);
	bundle_forget(dir);
	return ret ? unreadable(name, ret) : 0;
}

static bool is_file(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

/* "now", a run, a bundle, or a record that --json has written. 0 or a status
 * after saying why. */
static int read_record(const char *name, json_t **record)
{
	char dir[PATH_MAX];
	int ret;

	if (!strcmp(name, "now")) {
		*record = environment_now();
		return *record ? 0 : fail("no memory");
	}
	if (is_file(name) && bundle_is(name))
		return of_bundle(name, record);
	if (is_file(name)) {
		ret = environment_load(name, record);
		return ret ? no_record(name, ret) : 0;
	}
	ret = find_run(o.store, name, dir, sizeof(dir));
	if (ret)
		return ret;
	ret = environment_record(dir, record);
	return ret ? unreadable(name, ret) : 0;
}

static void print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

static int show(const char *name)
{
	json_t *record;
	int ret = read_record(name, &record);

	if (ret)
		return ret;
	if (o.json) {
		print_json(record);
		return 0;
	}
	env_print(stdout, record);
	json_decref(record);
	return 0;
}

static int compare(const char *name_a, const char *name_b)
{
	json_t *a = NULL, *b = NULL;
	struct env_changes c = { 0 };
	int ret = read_record(name_a, &a);

	if (!ret)
		ret = read_record(name_b, &b);
	if (!ret && env_compare(&c, a, b))
		ret = fail("no memory");
	if (!ret && o.json)
		print_json(env_changes_json(&c));
	else if (!ret)
		env_changes_print(stdout, &c, name_a, name_b);
	if (ret)
		ret = STATUS_UNKNOWN;
	else
		ret = c.n ? STATUS_DIFFERENT : STATUS_SAME;
	env_changes_free(&c);
	json_decref(a);
	json_decref(b);
	return ret;
}

static int env(int argc, char **argv)
{
	int n, ret = opts_permute(options, argc, argv, &n);

	if (ret == 1) {
		opts_help(stdout, "env [options] [RUN|BUNDLE|FILE|now]",
			  "Says what surrounded a run: machine, repository, "
			  "packages, numeric libraries,\nwhat was loaded, what "
			  "was read and written; without RUN, what surrounds "
			  "us now.\nFILE is what --json has written. With "
			  "--diff A [B] (B is now where it is left\naway): "
			  "exit status 0 the same, 1 different, 2 trouble.",
			  options);
		return 0;
	}
	if (ret < 0)
		return o.diff ? STATUS_UNKNOWN : STATUS_TROUBLE;
	if (!o.diff && n > 1)
		return fail("env takes one RUN; to compare two: samebits env "
			    "--diff %s %s",
			    argv[1], argv[2]);
	if (!o.diff)
		return show(n ? argv[1] : "now");
	if (n < 1 || n > 2) {
		fail("--diff takes two runs, or one to compare with now: "
		     "samebits env --diff A B");
		return STATUS_UNKNOWN;
	}
	return compare(argv[1], n == 2 ? argv[2] : "now");
}

const struct cmd cmd_env = {
	"env", "what surrounds a run, and in what two environments differ",
	options, env
};
