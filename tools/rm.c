/* SPDX-License-Identifier: MIT */
/* `samebits rm`: removes runs from the store. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "busy.h"
#include "cmd.h"
#include "defaults.h"
#include "find.h"
#include "opts.h"
#include "reader.h"
#include "say.h"
#include "store.h"

static struct {
	const char *store, *all, *keep, *older, *force;
} o;

#define GLANCES 40
#define GLANCE_US 50000

static const struct opt options[] = {
	{ "all", 0, NULL, "every run", &o.all },
	{ "keep", 0, "N", "all but the newest N", &o.keep },
	{ "older", 0, "DAYS", "what was started more than DAYS ago",
	  &o.older },
	{ "force", 0, NULL, "runs that are still going on, too", &o.force },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

struct removal {
	struct busy busy;
	uint64_t keep, days;
	unsigned removed;
};

static const char *base(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int remove_run(struct removal *r, const char *dir)
{
	int ret = store_remove(dir);

	if (ret)
		return fail("%s: cannot be removed: %s", dir, strerror(-ret));
	r->removed++;
	return 0;
}

/* Nothing that is no run is ever removed. */
static bool is_run(const char *dir)
{
	static const char *const has[] = { "board", "manifest.json" };
	char path[PATH_MAX + 16];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, has[i]);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* What the launcher leaves behind, ends after it: it has a moment. */
static bool goes_on(struct removal *r, const char *dir)
{
	bool busy = busy_run(&r->busy, dir);

	for (int i = 0; busy && i < GLANCES && busy_ended(dir); i++) {
		usleep(GLANCE_US);
		busy_free(&r->busy);
		busy = busy_find(&r->busy) || busy_run(&r->busy, dir);
	}
	return busy;
}

static int remove_named(struct removal *r, const char *name)
{
	char dir[PATH_MAX], store[PATH_MAX];
	int lock, ret = find_run(o.store, name, dir, sizeof(dir));

	if (ret)
		return ret;
	if (!is_run(dir))
		return fail("%s: there is no run in this directory", name);
	if (!o.force && goes_on(r, dir))
		return fail("%s: run %s is still going on; wait for its end, "
			    "or --force", name, base(dir));
	snprintf(store, sizeof(store), "%.*s", (int)(base(dir) - dir - 1), dir);
	lock = store_lock(*store ? store : "/");
	if (lock < 0)
		return fail("%s: cannot be locked: %s", store, strerror(-lock));
	ret = remove_run(r, dir);
	close(lock);
	return ret;
}

static double started(const char *dir)
{
	json_t *manifest = manifest_read(dir);
	json_t *start = json_object_get(manifest, "start");
	double when = json_number_value(start);
	struct stat st;

	if (!json_is_number(start) && stat(dir, &st) == 0)
		when = (double)st.st_mtime;
	json_decref(manifest);
	return when;
}

static int remove_if(struct removal *r, const char *dir)
{
	if (o.older &&
	    difftime(time(NULL), (time_t)started(dir)) <= r->days * 86400.0)
		return 0;
	if (!o.force && goes_on(r, dir)) {
		say("run %s is still going on: kept", base(dir));
		return 0;
	}
	return remove_run(r, dir);
}

static int remove_many(struct removal *r, const char *store)
{
	char absolute[PATH_MAX], dir[PATH_MAX + NAME_MAX + 2];
	struct dirent **run;
	int n, ret = 0, lock;

	if (!realpath(store, absolute))
		return fail("%s: %s; name the store with --store", store,
			    strerror(errno));
	lock = store_lock(absolute);
	if (lock < 0)
		return fail("%s: cannot be locked: %s", store, strerror(-lock));
	n = store_list(absolute, &run);
	for (int i = 0; i < n && (uint64_t)(n - i) > r->keep; i++) {
		snprintf(dir, sizeof(dir), "%s/%s", absolute, run[i]->d_name);
		ret |= remove_if(r, dir);
	}
	if (n >= 0)
		store_list_free(run, n);
	close(lock);
	return n < 0 ? fail("%s: %s", store, strerror(-n)) : ret;
}

static int choose(struct removal *r, int runs, char **run)
{
	int ret = 0;

	if (!runs)
		return remove_many(r, o.store ? o.store : STORE_DEFAULT);
	for (int i = 0; i < runs; i++)
		ret |= remove_named(r, run[i]);
	return ret;
}

/* What a file says of these is for when the command line names nothing. */
static void drop_defaults(int runs)
{
	if (!runs && !o.all)
		return;
	if (defaults_origin("keep", 4))
		o.keep = NULL;
	if (defaults_origin("older", 5))
		o.older = NULL;
}

static int valid(struct removal *r, int runs)
{
	if (o.keep && opts_number(o.keep, 0, &r->keep))
		return fail("--keep %s: not a number", o.keep);
	if (o.older && opts_number(o.older, 0, &r->days))
		return fail("--older %s: not a number of days", o.older);
	if (o.all && (o.keep || o.older))
		return fail("--all excludes --keep and --older");
	if (runs && (o.all || o.keep || o.older))
		return fail("name runs, or say which by --all, --keep or "
			    "--older, not both");
	if (!runs && !o.all && !o.keep && !o.older)
		return fail("rm what? samebits rm RUN..., --all, --keep N or "
			    "--older DAYS");
	return 0;
}

static int rm(int argc, char **argv)
{
	struct removal r = { 0 };
	int runs, ret = opts_permute(options, argc, argv, &runs);

	if (ret == 1) {
		opts_help(stdout, "rm [options] RUN... | --all | --keep N | "
			  "--older DAYS",
			  "Removes runs from the store. What is still going on "
			  "is kept. --keep and --older\ntogether remove what "
			  "both of them name.", options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	drop_defaults(runs);
	if (valid(&r, runs))
		return STATUS_TROUBLE;
	ret = busy_find(&r.busy);
	if (ret == 0)
		ret = choose(&r, runs, argv + 1);
	else
		ret = fail("/proc cannot be read: %s", strerror(-ret));
	busy_free(&r.busy);
	if (r.removed || !ret)
		say("removed %u run%s", r.removed, r.removed == 1 ? "" : "s");
	return ret;
}

const struct cmd cmd_rm = { "rm", "remove runs from the store", options, rm };
