/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "record.h"
#include "rank.h"
#include "repeat.h"
#include "say.h"
#include "snapshot.h"
#include "store.h"
#include "text.h"

struct repeat_wanted repeat_wanted;

/* ---- options ---- */

bool option_count(const char *name, const char *text, uint64_t least,
		  uint64_t most, uint64_t *n)
{
	if (!text ||
	    (opts_number(text, 0, n) == 0 && *n >= least && *n <= most))
		return true;
	fail("--%s %s: must be a number from %llu to %llu", name, text,
	     (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool option_seconds(const char *name, const char *text, double *s)
{
	char *end = NULL;

	if (!text)
		return true;
	*s = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
	if (end && *end && !end[1]) {
		*s *= *end == 's'   ? 1
		      : *end == 'm' ? 60
		      : *end == 'h' ? 3600
				    : -1;
		end++;
	}
	if (end && !*end && *s > 0 && *s < 1e9)
		return true;
	fail("--%s %s: must be a time as 90, 90s, 5m or 2h", name, text);
	return false;
}

/* Each run would wait for ranks that are elsewhere in theirs. */
static bool alone(void)
{
	struct rank rank = rank_find();

	if (rank.size)
		fail("this is rank %u of %u (%s is set), and each rank would "
		     "repeat by itself; put samebits in front of what starts "
		     "the ranks: samebits check -- mpirun PROGRAM",
		     rank.rank, rank.size, rank.by);
	return !rank.size;
}

bool repeat_valid(struct repeat *r)
{
	uint64_t jobs = 1;

	r->max_time = 600;
	if (!alone())
		return false;
	/* Else the first deadlock would be the last run. */
	if (wanted_turns() && !wanted.deadlock)
		wanted.deadlock = "exit";
	if (!option_count("jobs", repeat_wanted.jobs, 1, 256, &jobs) ||
	    !option_seconds("timeout", repeat_wanted.timeout, &r->timeout) ||
	    !option_seconds("max-time", repeat_wanted.max_time, &r->max_time) ||
	    !tolerance_valid(&r->tolerance) || !wanted_valid())
		return false;
	r->attempts.jobs = (unsigned)jobs;
	if (!repeat_wanted.in_place || jobs == 1)
		return true;
	fail("--jobs %s: runs at a time need files of their own; leave "
	     "--in-place away",
	     repeat_wanted.jobs);
	return false;
}

/* What is for the runs goes on to them. */
static void hand_on(struct repeat *to, bool native)
{
	static const struct opt rows[] = {
		CONTROL_OPTIONS LOG_OPTIONS FILE_OPTIONS OPTIONS_END
	};
	static const struct opt seen[] = {
		LOG_OPTIONS FILE_OPTIONS OPTIONS_END
	};
	static char names[sizeof(rows) / sizeof(*rows)][32];
	size_t n = 0;

	for (const struct opt *r = native ? seen : rows; r->name; r++) {
		char *lines = *r->value && r->letter == OPT_MANY
				      ? strdup(*r->value)
				      : NULL,
		     *rest = lines, *one;
		char *name = names[r - (native ? seen : rows)];

		if (!*r->value || n + 4 > sizeof(to->option) / sizeof(char *))
			continue;
		snprintf(name, sizeof(names[0]), "--%s", r->name);
		if (!lines) {
			to->option[n++] = name;
			if (r->arg)
				to->option[n++] = *r->value;
			continue;
		}
		while ((one = strsep(&rest, "\n")) && n + 4 < 128) {
			to->option[n++] = name;
			to->option[n++] = one; /* stays to the end */
		}
	}
	memcpy(to->full_option, to->option, n * sizeof(*to->option));
	to->full_option[n++] = "--trace";
	to->full_option[n++] = "full";
}

void repeat_prepare(struct repeat *r, bool native, char **argv)
{
	hand_on(r, native);
	r->trial = (struct trial){ .native = native,
				   .options = r->option,
				   .argv = argv,
				   .timeout = r->timeout };
	r->full = r->trial;
	r->full.options = r->full_option;
}

/* ---- the experiment ---- */

static int make_store(const char *store)
{
	char dir[4096];
	int ret = store_new(store, dir, sizeof(dir));

	if (!ret)
		ret = store_remove(dir);
	return ret;
}

int repeat_begin(struct repeat *r, struct verdict *v)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	bool recovered = false;
	char *trouble = NULL;
	int ret = make_store(store);

	if (ret) {
		verdict_trouble(v,
				"%s: cannot make a run here: %s; name another "
				"place with --store DIR",
				store, strerror(-ret));
		return ret;
	}
	snapshot_recover(store, &recovered);
	if (recovered)
		say("an earlier experiment was ended in the middle: the files "
		    "that its run had changed were put back");
	ret = experiment_new(&r->attempts.experiment, store,
			     repeat_wanted.in_place, &trouble);
	if (ret)
		verdict_trouble(v, "%s", trouble ? trouble : strerror(-ret));
	free(trouble);
	if (!ret && r->attempts.jobs > 1 &&
	    !experiment_apart(r->attempts.experiment)) {
		say("no overlay can be mounted here: the runs follow one "
		    "another, as they share their files");
		r->attempts.jobs = 1;
	}
	r->attempts.until = clock_steady() + r->max_time;
	return ret;
}

void repeat_record(struct repeat *r, const char *kind, char **argv)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	int ret = record_new(store, kind, argv, r->record, sizeof(r->record));

	if (!ret)
		return;
	say("%s: no record of this %s can be made here: %s", store, kind,
	    strerror(-ret));
	r->record[0] = 0;
}

void repeat_recorded(struct repeat *r, const char *kind,
		     const struct verdict *v, json_t *more)
{
	json_t *content = json_object(), *options = json_array();
	int ret = 0;

	for (const char *const *o = r->trial.options; o && *o; o++)
		json_array_append_new(options, text_json(*o));
	json_object_set_new(content, "verdict", report_json(v));
	json_object_set_new(content, "options", options);
	json_object_update(content, more);
	if (r->record[0])
		ret = record_write(r->record, kind, content);
	if (r->record[0] && !ret)
		ret = record_end(r->record, verdict_status(v));
	if (ret)
		say("%s: the record of this %s cannot be written: %s",
		    r->record, kind, strerror(-ret));
	json_decref(content);
	json_decref(more);
}

int repeat_end(struct repeat *r, const struct attempt *keep)
{
	return experiment_end(r->attempts.experiment,
			      keep ? &keep->outcome : NULL);
}

/* What went wrong becomes the verdict. */
static int give_up(struct repeat *r, struct verdict *v, int ret,
		   const struct attempt *bad)
{
	char *text;

	if (ret == -EINTR)
		return ret;
	text = bad ? attempt_trouble(bad, r->timeout) : NULL;
	if (bad && bad->outcome.dir)
		verdict_add_run(v, attempt_name(bad), bad->outcome.seconds,
				bad->outcome.status);
	verdict_trouble(v, "%s", text ? text : strerror(-ret));
	free(text);
	return -ECANCELED;
}

int repeat_make(struct repeat *r, struct verdict *v,
		const struct trial *const *t, size_t n)
{
	struct attempts *a = &r->attempts;
	const struct attempt *bad;
	size_t first = a->n;
	int ret;

	if (a->planned < first + n)
		a->planned = first + n;
	ret = attempts_make(a, t, n, &bad);
	if (ret)
		return give_up(r, v, ret, bad);
	for (size_t i = first; i < a->n && !ret; i++)
		ret = verdict_add_run(v, attempt_name(a->at[i]),
				      a->at[i]->outcome.seconds,
				      a->at[i]->outcome.status);
	return ret;
}

int repeat_more(struct repeat *r, struct verdict *v, const struct trial *t,
		size_t n)
{
	const struct trial **list = calloc(n + 1, sizeof(*list));
	int ret = -ENOMEM;

	for (size_t i = 0; list && i < n; i++)
		list[i] = t;
	if (list)
		ret = repeat_make(r, v, list, n);
	free(list);
	return ret;
}

/* ---- what counts as equal ---- */

int repeat_compare(struct repeat *r, struct verdict *v, const struct attempt *x,
		   const struct attempt *y)
{
	return attempts_compare(v, &r->attempts, x, y, &r->tolerance);
}

bool repeat_differ(struct repeat *r, const struct attempt *x,
		   const struct attempt *y)
{
	struct verdict v = { .is = VERDICT_SAME };
	bool differ;

	if (x->digest == y->digest)
		return false;
	differ = repeat_compare(r, &v, x, y) || v.is == VERDICT_DIFFERENT;
	verdict_free(&v);
	return differ;
}
