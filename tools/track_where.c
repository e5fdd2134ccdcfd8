/* SPDX-License-Identifier: MIT */
/* What surrounded a run: its version of the source, and what checks found. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "record.h"
#include "store.h"
#include "track.h"

static char *git(const char *directory, const char *what)
{
	const char *argv[] = { "git",	   "-C", directory, "rev-parse",
			       "--verify", "-q", what,	    NULL };
	struct child c;
	char *found = NULL;

	if (!child_run(&c, argv, NULL) && !c.status) {
		c.out[strcspn(c.out, "\n")] = 0;
		found = strdup(c.out);
	}
	child_free(&c);
	return found && *found ? found : (free(found), NULL);
}

/* HEAD may have moved since the run: git's log of it knows. */
char *track_commit(const char *directory, double when)
{
	char what[64];
	char *found;

	snprintf(what, sizeof(what), "HEAD@{%lld}", (long long)when);
	found = git(directory, what);
	return found ? found : git(directory, "HEAD");
}

static bool has_run(json_t *verdict, const char *name)
{
	json_t *run;
	size_t i;

	json_array_foreach(json_object_get(verdict, "runs"), i, run) {
		const char *is =
			json_string_value(json_object_get(run, "run"));

		if (is && !strcmp(is, name))
			return true;
	}
	return false;
}

static char *verdict_in(const char *dir, const char *name)
{
	json_t *content = record_is(dir) ? record_read(dir) : NULL;
	const char *kind = json_string_value(json_object_get(content, "kind"));
	json_t *verdict = json_object_get(content, "verdict");
	char *is = NULL;

	if (kind && !strcmp(kind, "check") && has_run(verdict, name))
		is = strdup(json_string_value(json_object_get(verdict,
							      "verdict"))
				    ?: "unknown");
	json_decref(content);
	return is;
}

char *track_verdict(const char *dir)
{
	const char *name = strrchr(dir, '/') + 1;
	char store[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	struct dirent **run;
	char *is = NULL;
	int n;

	snprintf(store, sizeof(store), "%.*s", (int)(name - dir), dir);
	n = store_list(store, &run);
	for (int i = n - 1; i >= 0 && !is; i--) {
		snprintf(path, sizeof(path), "%s%s", store, run[i]->d_name);
		is = verdict_in(path, name);
	}
	if (n >= 0)
		store_list_free(run, n);
	return is;
}
