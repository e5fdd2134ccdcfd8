/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "record.h"
#include "say.h"
#include "slurmpart.h"
#include "store.h"
#include "trialmetrics.h"
#include "trialrun.h"
#include "trialtask.h"

struct task {
	const char *part;
	size_t number;	    /* from 1 */
	struct trialrecord record; /* its content: how trials are made */
	struct measures measures;
	struct plan plan;
	struct due *due; /* plan.repeat of them */
	char **words;
	size_t options; /* of words */
};

static int unreadable(const char *path, int error)
{
	return fail("%s: %s; trials need a store on a file system that all "
		    "nodes share: name one with --store DIR",
		    path, strerror(error));
}

/* A file of the part's. */
static const char *file(const struct task *t, const char *ending)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s.%s", t->part, ending);
	return path;
}

static size_t get(const struct task *t, const char *key)
{
	return (size_t)json_integer_value(
		json_object_get(t->record.content, key));
}

/* RECORD/slurm/1 is the part, STORE/000012 the record. */
static void settle(struct task *t)
{
	struct trialrecord *r = &t->record;

	snprintf(r->dir, sizeof(r->dir), "%s", t->part);
	for (int i = 0; i < 2 && strrchr(r->dir, '/'); i++)
		*strrchr(r->dir, '/') = 0;
	snprintf(r->store, sizeof(r->store), "%s", r->dir);
	if (strrchr(r->store, '/'))
		*strrchr(r->store, '/') = 0;
	r->lock = -1;
}

static int read_words(struct task *t)
{
	size_t n = 0;

	t->options = get(t, "options");
	t->words = words_read(file(t, "words"));
	if (!t->words)
		return unreadable(file(t, "words"), errno);
	while (t->words[n])
		n++;
	return n > t->options ? 0 : unreadable(file(t, "words"), ENODATA);
}

static int read_part(struct task *t)
{
	int ret;

	settle(t);
	errno = ENODATA;
	t->record.content = json_load_file(file(t, "json"), 0, NULL);
	if (!t->record.content)
		return unreadable(file(t, "json"), errno);
	t->plan.folds = (unsigned)get(t, "folds");
	t->plan.repeat = (unsigned)get(t, "repeat");
	t->due = calloc(t->plan.repeat + 1, sizeof(*t->due));
	if (!t->due)
		return fail("%s", strerror(ENOMEM));
	ret = due_read(file(t, "due"), (t->number - 1) * t->plan.repeat,
		       t->plan.repeat, t->due);
	if (ret)
		return unreadable(file(t, "due"), -ret);
	ret = trialmetrics_same(&t->record, false, &t->measures);
	return ret ? ret : read_words(t);
}

/* Up to this trial, whose seed alone is known: the others are not made here. */
static int make_plan(struct task *t, bool **left)
{
	size_t folds = t->plan.folds ? t->plan.folds : 1, run = 0, seed;
	size_t jobs;

	for (unsigned i = 0; i < t->plan.repeat && !run; i++)
		run = t->due[i].run;
	if (!run || run > PLAN_MOST)
		return unreadable(file(t, "due"), ENODATA);
	seed = (run - 1) / t->plan.repeat / folds;
	t->plan.seeds = seed + 1;
	t->plan.seed = calloc(t->plan.seeds, sizeof(*t->plan.seed));
	jobs = plan_jobs(&t->plan);
	*left = malloc(jobs);
	if (!t->plan.seed || !*left)
		return fail("%s", strerror(ENOMEM));
	memset(*left, true, jobs);
	for (unsigned i = 0; i < t->plan.repeat; i++) {
		run = t->due[i].run;
		if (!run || run > jobs)
			continue;
		t->plan.seed[seed] = t->due[i].seed;
		/* Of this task before it was requeued. */
		json_t *there = record_taken(t->record.dir, run);

		(*left)[run - 1] = there;
		json_decref(there);
	}
	return 0;
}

static int make(struct task *t, const bool *left)
{
	char base[PATH_MAX + 32];
	const char **options = calloc(t->options + 1, sizeof(*options));
	struct trialrun run = {
		.plan = &t->plan,
		.measures = &t->measures,
		.jobs = 1,
		.dir = t->record.dir,
		.apart = true,
		.left = left,
		.record = json_pack("{s:[]}", "trials"),
		.trial = { .argv = t->words + t->options,
			   .timeout = json_number_value(json_object_get(
				   t->record.content, "timeout")) },
	};
	int ret;

	if (!options || !run.record)
		return fail("%s", strerror(ENOMEM));
	memcpy(options, t->words, t->options * sizeof(*options));
	run.trial.options = options;
	snprintf(base, sizeof(base), "%s-%zu.going", t->part, t->number);
	store_number_from((unsigned)(get(t, "first") +
				     (t->number - 1) * t->plan.repeat));
	ret = experiment_new_in_place(&run.experiment, t->record.store, base);
	if (ret)
		return unreadable(base, -ret);
	ret = trialrun_go(&run);
	if (ret == -ECANCELED)
		fail("%s", run.stopped ? run.stopped : "stopped");
	else if (ret && ret != -EINTR)
		fail("%s", strerror(-ret));
	experiment_end(run.experiment, NULL);
	free(run.stopped);
	free(options);
	json_decref(run.record);
	return ret ? STATUS_TROUBLE : run.troubles ? 1 : 0;
}

/* Nothing was said: one file less for each trial. */
static void drop_log(const struct task *t)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s-%zu.log", t->part, t->number);
	fflush(stderr);
	if (!stat(path, &st) && !st.st_size)
		unlink(path);
}

int trialtask(const char *part, const char *task)
{
	struct task t = { .part = part, .number = strtoul(task, NULL, 10) };
	bool *left = NULL;
	int ret;

	if (!t.number || *part != '/')
		return fail("--task %s %s: is for job arrays that --slurm "
			    "makes", part, task);
	ret = read_part(&t);
	if (!ret)
		ret = make_plan(&t, &left);
	if (!ret)
		ret = make(&t, left);
	if (!ret)
		drop_log(&t);
	free(left);
	free(t.due);
	if (t.words)
		free(*t.words);
	free(t.words);
	measures_free(&t.measures);
	plan_free(&t.plan);
	json_decref(t.record.content);
	return ret;
}
