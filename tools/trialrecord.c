/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "cmd.h"
#include "find.h"
#include "outcome.h"
#include "record.h"
#include "say.h"
#include "secrets.h"
#include "store.h"
#include "text.h"
#include "trialmetrics.h"
#include "trialrecord.h"

/* ---- small things ---- */

static json_t *strings(const char *const *list)
{
	json_t *j = json_array();

	for (; *list; list++)
		json_array_append_new(j, text_json(*list));
	return j;
}

static json_t *seeds_json(const struct plan *plan)
{
	json_t *j = json_array();

	for (size_t i = 0; i < plan->seeds; i++)
		json_array_append_new(j,
				      json_integer((json_int_t)plan->seed[i]));
	return j;
}

/* Of the working directory; null where there is none. */
static json_t *commit(void)
{
	char line[128] = "";
	FILE *git = popen("git rev-parse --verify HEAD 2>/dev/null", "re");

	if (git && !fgets(line, sizeof(line), git))
		*line = 0;
	if (git)
		pclose(git);
	line[strcspn(line, "\n")] = 0;
	return strlen(line) >= 40 ? json_string(line) : json_null();
}

static void set_plan(json_t *content, const struct plan *plan,
		     const struct measures *m)
{
	json_object_set_new(content, "planned",
			    json_integer((json_int_t)plan_jobs(plan)));
	json_object_set_new(content, "seeds", seeds_json(plan));
	json_object_set_new(content, "folds", json_integer(plan->folds));
	json_object_set_new(content, "repeat", json_integer(plan->repeat));
	json_object_set_new(content, "metrics", trialmetrics_json(m));
	json_object_set_new(content, "value",
			    json_string(measure_value_name(m->value)));
}

static void settle(struct trialrecord *r)
{
	r->name = text_base(r->dir);
	snprintf(r->store, sizeof(r->store), "%.*s",
		 (int)(r->name > r->dir ? r->name - r->dir - 1 : 0), r->dir);
}

/* A lock of the process: children that outlive us do not hold it. */
static int lock(struct trialrecord *r)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/lock", r->dir);
	r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (r->lock < 0)
		return -errno;
	return fcntl(r->lock, F_SETLK, &whole) ? -errno : 0;
}

/* ---- a new one ---- */

int trialrecord_new(struct trialrecord *r, const char *store, char **argv,
		    const struct plan *plan, const struct measures *m,
		    const char *const *options)
{
	json_t *hidden = secrets_arguments(argv);
	char cwd[PATH_MAX];
	int ret = record_new(store, "trials", argv, r->dir, sizeof(r->dir));

	r->lock = -1;
	if (ret) {
		json_decref(hidden);
		return ret;
	}
	settle(r);
	r->content = json_pack(
		"{s:b, s:o, s:o, s:s, s:f, s:n, s:o, s:o, s:[], s:{}, s:[]}",
		"argv_whole", secrets_none(hidden, argv), "argv", hidden, "cwd",
		text_json(getcwd(cwd, sizeof(cwd)) ? cwd : ""), "samebits",
		SAMEBITS_VERSION, "start", clock_real(), "end", "commit",
		commit(), "options", strings(options), "trials", "summary",
		"notes");
	if (!r->content)
		return -ENOMEM;
	set_plan(r->content, plan, m);
	ret = lock(r);
	return ret ? ret : record_write(r->dir, "trials", r->content);
}

void trialrecord_trim(struct trialrecord *r, const struct plan *plan)
{
	json_t *trials = json_object_get(r->content, "trials"), *trial;
	json_t *seeds = json_object_get(r->content, "seeds");
	size_t i, most = 0, folds = plan->folds ? plan->folds : 1;

	json_array_foreach(trials, i, trial) {
		size_t n = (size_t)json_integer_value(
			json_object_get(trial, "trial"));

		most = n > most ? n : most;
	}
	most = (most + folds - 1) / folds;
	while (json_array_size(seeds) > most)
		json_array_remove(seeds, json_array_size(seeds) - 1);
	json_object_set_new(
		r->content, "planned",
		json_integer((json_int_t)(json_array_size(trials))));
}

size_t trialrecord_troubles(const struct trialrecord *r)
{
	const json_t *trial;
	size_t i, n = 0;

	json_array_foreach(json_object_get(r->content, "trials"), i, trial)
		n += json_is_string(json_object_get(trial, "trouble"));
	return n;
}

static int compare_key(const json_t *a, const json_t *b, const char *key)
{
	json_int_t x = json_integer_value(json_object_get(a, key));
	json_int_t y = json_integer_value(json_object_get(b, key));

	return (x > y) - (x < y);
}

static int by_trial(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int order = compare_key(x, y, "trial");

	return order ? order : compare_key(x, y, "repeat");
}

/* As planned, whatever order they ended in. */
static int sort(json_t *content)
{
	json_t *trials = json_object_get(content, "trials");
	json_t *sorted = json_array(), *trial;
	size_t i, n = json_array_size(trials);
	json_t **list = calloc(n + 1, sizeof(json_t *));

	if (!list || !sorted) {
		free(list);
		json_decref(sorted);
		return -ENOMEM;
	}
	json_array_foreach(trials, i, trial)
		list[i] = trial;
	qsort(list, n, sizeof(*list), by_trial);
	for (i = 0; i < n; i++)
		json_array_append(sorted, list[i]);
	free(list);
	return json_object_set_new(content, "trials", sorted) ? -ENOMEM : 0;
}

int trialrecord_end(struct trialrecord *r, int status)
{
	int ret;

	json_object_set_new(r->content, "end", json_real(clock_real()));
	ret = sort(r->content);
	if (ret)
		return ret;
	ret = record_write(r->dir, "trials", r->content);
	if (ret)
		return ret;
	record_folded(r->dir);
	return record_end(r->dir, status);
}

void trialrecord_free(struct trialrecord *r)
{
	for (char **a = r->argv; a && *a; a++)
		free(*a);
	free(r->argv);
	if (r->content && r->lock >= 0)
		close(r->lock);
	json_decref(r->content);
	*r = (struct trialrecord){ .lock = -1 };
}

/* ---- one that was begun ---- */

int trialrecord_find(struct trialrecord *r, const char *store,
		     const char *name)
{
	const char *kind;
	int ret;

	r->lock = -1;
	store = store ? store : STORE_DEFAULT;
	if (name && *name)
		ret = find_run(store, name, r->dir, sizeof(r->dir));
	else if (record_newest(store, "trials", r->dir, sizeof(r->dir)))
		ret = fail("%s: there are no trials here; make some with "
			   "samebits trials -- PROGRAM, or name the place with "
			   "--store", store);
	else
		ret = 0;
	if (ret)
		return ret;
	settle(r);
	if (!record_is(r->dir))
		return fail("%s: is a run, not a set of trials; see samebits "
			    "list", r->name);
	r->content = record_read(r->dir);
	if (!r->content)
		return fail("%s/%s: is damaged, or of another samebits; make "
			    "the trials again", r->dir, STORE_EXPERIMENT);
	kind = json_string_value(json_object_get(r->content, "kind"));
	if (kind && !strcmp(kind, "trials"))
		return 0;
	return fail("%s: is a %s, not a set of trials; see samebits list",
		    r->name, kind ? kind : "record without a kind");
}

static int same_place(const struct trialrecord *r)
{
	const char *was = json_string_value(json_object_get(r->content, "cwd"));
	char cwd[PATH_MAX];

	if (was && getcwd(cwd, sizeof(cwd)) && !strcmp(was, cwd))
		return 0;
	return fail("trials %s were begun in another directory; cd %s, or "
		    "begin new ones without --resume", r->name, was ? was : "?");
}

static int another_program(const struct trialrecord *r)
{
	const json_t *list = json_object_get(r->content, "argv");
	const char *first = json_string_value(json_array_get(list, 0));
	const char *next = json_string_value(json_array_get(list, 1));

	return fail("trials %s ran another command: %s%s%s…; leave the command "
		    "away to go on with it, or --resume to begin anew", r->name,
		    first ? first : "?", next ? " " : "", next ? next : "");
}

/* Of what is hidden it is not known whether it is the same. */
static int same_program(struct trialrecord *r, char **argv)
{
	const json_t *list = json_object_get(r->content, "argv"), *arg;
	size_t i, n = json_array_size(list);
	json_t *ours;
	bool same;

	if (!n)
		return fail("trials %s: the record does not say what was run; "
			    "begin new ones without --resume", r->name);
	if (!argv && json_is_false(json_object_get(r->content, "argv_whole")))
		return fail("trials %s: some of the command's arguments are "
			    "hidden in the record, or are no text; name the "
			    "command: samebits trials --resume=%s -- PROGRAM "
			    "ARG...", r->name, r->name);
	r->argv = calloc(n + 1, sizeof(*r->argv));
	if (!r->argv)
		return fail("%s", strerror(ENOMEM));
	if (argv) {
		ours = secrets_arguments(argv);
		same = json_equal((json_t *)list, ours);
		json_decref(ours);
		if (!same)
			return another_program(r);
		for (i = 0; i < n; i++)
			r->argv[i] = strdup(argv[i]);
		return 0;
	}
	json_array_foreach((json_t *)list, i, arg)
		r->argv[i] = strdup(json_is_string(arg) ? json_string_value(arg)
							: "");
	return 0;
}

/* The list of seeds may only become longer. */
static int same_seeds(const struct trialrecord *r, bool given,
		      struct plan *plan)
{
	const json_t *list = json_object_get(r->content, "seeds");
	size_t n = json_array_size(list);
	struct plan was = { .seeds = n,
			    .seed = calloc(n + 1, sizeof(*was.seed)) };

	if (!was.seed)
		return fail("%s", strerror(ENOMEM));
	for (size_t i = 0; i < n; i++)
		was.seed[i] = (uint64_t)json_integer_value(
			json_array_get(list, i));
	if (!given) {
		free(plan->seed);
		plan->seed = was.seed;
		plan->seeds = n;
		return 0;
	}
	if (plan->seeds >= n &&
	    !memcmp(plan->seed, was.seed, n * sizeof(*was.seed))) {
		free(was.seed);
		return 0;
	}
	free(was.seed);
	return fail("trials %s have other seeds (%zu of them): with --resume "
		    "the list may only become longer", r->name, n);
}

static int same_number(const struct trialrecord *r, const char *key,
		       bool given, unsigned *n)
{
	unsigned was = (unsigned)json_integer_value(
		json_object_get(r->content, key));

	if (given && *n != was)
		return fail("--%s %u: trials %s were begun with %u; leave it "
			    "away, or --resume to begin anew", key, *n, r->name,
			    was);
	*n = was;
	return 0;
}

/* ---- all of it ---- */

/* What could not be run at all is tried again, and what Slurm has lost. */
static void drop_not_run(const struct trialrecord *r, size_t repeat)
{
	json_t *trials = json_object_get(r->content, "trials");

	for (size_t i = json_array_size(trials); i-- > 0;) {
		const json_t *trial = json_array_get(trials, i);
		const char *how = json_string_value(
			json_object_get(trial, "how"));

		if ((!how || strcmp(how, "not run")) &&
		    !json_object_get(trial, "slurm"))
			continue;
		record_drop(r->dir,
			    (size_t)(json_integer_value(json_object_get(
					     trial, "trial")) - 1) * repeat +
				    (size_t)json_integer_value(
					    json_object_get(trial, "repeat")));
		json_array_remove(trials, i);
	}
}

int trialrecord_resume(struct trialrecord *r,
		       const struct trialrecord_given *given,
		       struct plan *plan, struct measures *m)
{
	int ret = lock(r);

	if (ret == -EAGAIN || ret == -EACCES)
		return fail("trials %s are still going on; wait for their end",
			    r->name);
	if (ret)
		return fail("%s: %s", r->dir, strerror(-ret));
	ret = same_place(r);
	if (!ret)
		ret = same_program(r, given->argv);
	if (!ret)
		ret = same_seeds(r, given->seeds, plan);
	if (!ret)
		ret = same_number(r, "folds", given->folds, &plan->folds);
	if (!ret)
		ret = same_number(r, "repeat", given->repeat, &plan->repeat);
	if (!ret && !given->gathers)
		drop_not_run(r, plan->repeat);
	if (!ret)
		ret = trialmetrics_same(r, given->metrics, m);
	if (ret)
		return ret;
	set_plan(r->content, plan, m);
	json_object_set_new(r->content, "end", json_null());
	ret = record_write(r->dir, "trials", r->content);
	return ret ? fail("%s: %s; free space first", r->dir, strerror(-ret))
		   : 0;
}

int trialrecord_options(const struct trialrecord *r, const char **option,
			size_t room)
{
	const json_t *was = json_object_get(r->content, "options"), *one;
	json_t *ours = strings(option);
	bool same = json_equal((json_t *)was, ours);
	bool none = !json_array_size(ours);
	size_t i;

	json_decref(ours);
	if (same)
		return 0;
	if (!none || json_array_size(was) + 1 > room)
		return fail("trials %s were begun with other options for their "
			    "runs; leave them away to go on with those",
			    r->name);
	json_array_foreach((json_t *)was, i, one)
		option[i] = json_string_value(one);
	option[i] = NULL;
	return 0;
}

bool trialrecord_option(const struct trialrecord *r, const char *option)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(r->content, "options"), i, one)
		if (json_is_string(one) &&
		    !strcmp(json_string_value(one), option))
			return true;
	return false;
}
