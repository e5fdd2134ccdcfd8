/* SPDX-License-Identifier: MIT */
/* `samebits trials`: one program with many seeds. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "progress.h"
#include "record.h"
#include "repeat.h"
#include "say.h"
#include "statistics.h"
#include "store.h"
#include "target.h"
#include "tmpfit.h"
#include "trialrecord.h"
#include "trialrun.h"
#include "trialset.h"
#include "trialslurm.h"
#include "trialtask.h"

#define TRIALS_DEFAULT 10
#define UNTIL_MOST 100
#define FOLDS_MOST 1000
#define REPEATS_MOST 1000

static struct {
	const char *trials, *seeds, *folds, *repeat, *metric, *value,
		*until, *most, *resume, *slurm, *sbatch, *no_wait;
} o;

static const struct opt trials_options[] = {
	{ "trials", 'n', "N", "seeds 1 to N (default 10)", &o.trials },
	{ "seeds", 0, "LIST",
	  "these: 1..10,42; with honour or force in it: what becomes of "
	  "explicit seeds",
	  &o.seeds },
	{ "folds", 0, "K", "each seed with folds 0 to K-1", &o.folds },
	{ "repeat", 0, "R", "each seed R times", &o.repeat },
	{ "metric", OPT_MANY, "NAME=REGEX",
	  "a number on stdout; or NAME=json:FILE:KEY, csv:FILE:COLUMN, "
	  "file:FILE",
	  &o.metric },
	{ "value", 0, "WHICH", "of a series: last (default), max, min, mean",
	  &o.value },
	{ "until-ci", 0, "W[%]",
	  "go on until the first metric's 95% interval is that wide",
	  &o.until },
	{ "max", 0, "M", "seeds for --until-ci at most (default 100)",
	  &o.most },
	{ "resume", OPT_MAYBE, "N",
	  "go on with trials N (default: the newest) where they were ended",
	  &o.resume },
	{ "jobs", 'j', "N", "runs at a time (default 1)",
	  &repeat_wanted.jobs },
	{ "timeout", 0, "TIME", "for one run: 90, 90s, 5m, 2h",
	  &repeat_wanted.timeout },
	{ "slurm", 0, NULL, "each trial a task of a job array of Slurm's",
	  &o.slurm },
	{ "sbatch", OPT_MANY, "OPTIONS",
	  "for sbatch: '--partition=gpu --gres=gpu:1 --time=2:00:00'",
	  &o.sbatch },
	{ "no-wait", 0, NULL,
	  "with --slurm: ends at once; --resume gathers later", &o.no_wait },
	{ "json", 0, NULL, "the record as JSON on stdout",
	  &repeat_wanted.json },
	FURTHER_OPTIONS LOG_OPTIONS FILE_OPTIONS
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &wanted.store },
	{ "quiet", 'q', NULL, "no progress, only the report", &wanted.quiet },
	OPTIONS_END
};

struct trials {
	struct repeat r;
	struct plan plan;
	struct measures measures;
	struct trialrun run;
	struct trialrecord record;
	char **argv; /* the program's, with placeholders */
};

/* ---- options ---- */

static bool until_valid(struct until *u)
{
	char *end = NULL;

	if (!o.until) {
		if (o.most)
			fail("--max %s: goes with --until-ci W; without it the "
			     "number of trials is -n N",
			     o.most);
		return !o.most;
	}
	u->width = strtod(o.until, &end);
	u->percent = *end == '%';
	end += u->percent;
	if (*end || !(u->width > 0) || isinf(u->width)) {
		fail("--until-ci %s: must be a width as 0.01, or 2%% of the "
		     "mean",
		     o.until);
		return false;
	}
	if (!o.metric && !o.resume) {
		fail("--until-ci %s: of which number? add --metric NAME=REGEX",
		     o.until);
		return false;
	}
	if (o.trials || (o.seeds && *o.seeds >= '0' && *o.seeds <= '9')) {
		fail("--until-ci %s: goes through seeds 1 to --max M; leave "
		     "-n and the list of seeds away",
		     o.until);
		return false;
	}
	return true;
}

static bool plan_valid(struct trials *t)
{
	uint64_t n = TRIALS_DEFAULT, folds = 0, repeat = 1, most = UNTIL_MOST;
	const char *policy = NULL;

	if (!until_valid(&t->run.until) ||
	    !option_count("trials", o.trials, 1, PLAN_MOST, &n) ||
	    !option_count("folds", o.folds, 2, FOLDS_MOST, &folds) ||
	    !option_count("repeat", o.repeat, 1, REPEATS_MOST, &repeat) ||
	    !option_count("max", o.most, UNTIL_LEAST, PLAN_MOST, &most))
		return false;
	t->plan.folds = (unsigned)folds;
	t->plan.repeat = (unsigned)repeat;
	if (!plan_seeds(&t->plan, o.seeds, o.until ? most : n, &policy))
		return false;
	wanted.seeds = policy;
	if (o.trials && t->plan.seeds != n) {
		fail("-n %s: --seeds has %zu; leave one of them away", o.trials,
		     t->plan.seeds);
		return false;
	}
	if (plan_jobs(&t->plan) <= PLAN_MOST)
		return true;
	fail("more than %d runs; take fewer seeds, folds or repeats",
	     PLAN_MOST);
	return false;
}

/* Slurm, which is not told otherwise, starts as many as it can. */
static unsigned at_a_time(const struct trials *t)
{
	return o.slurm && !t->run.jobs ? 2 : t->run.jobs;
}

/* {fold} without folds would reach the program as it is. */
static bool placeholders_valid(const struct trials *t)
{
	const struct measures *m = &t->measures;

	for (char **a = t->argv; *a && !t->plan.folds; a++)
		if (plan_mentions(*a, "{fold}")) {
			fail("%s: there are no folds; add --folds K", *a);
			return false;
		}
	for (size_t i = 0; i < m->n && at_a_time(t) > 1; i++)
		if (m->at[i].file && !measure_own_file(&m->at[i])) {
			fail("--metric %s=%s: with %s several trials write "
			     "that file at a time; put {seed} into its name",
			     m->at[i].name, m->at[i].pattern,
			     o.slurm ? "--slurm" : "--jobs");
			return false;
		}
	return true;
}

/* ---- one set ---- */

static int cannot(const char *what, int ret)
{
	return fail("%s: %s; what has ended is kept: free space, or name "
		    "another --store DIR for new trials, then samebits trials "
		    "--resume",
		    what, strerror(-ret));
}

static json_t *notes_of(const struct trials *t, int ret)
{
	json_t *notes = json_array();
	char *text = NULL;

	if (t->run.until.width > 0 &&
	    asprintf(&text, "--until-ci %s: %s", o.until ? o.until : "",
		     t->run.narrow ? "the interval is as narrow as that"
		     : ret	   ? "not reached yet"
				   : "not reached with the seeds there are; "
				     "raise --max") >= 0)
		json_array_append_new(notes, json_string(text));
	free(text);
	if (ret == -EINTR)
		json_array_append_new(
			notes, json_string("ended by a signal; samebits trials "
					   "--resume makes what is missing"));
	return notes;
}

static void print(const struct trials *t)
{
	if (repeat_wanted.json) {
		json_dumpf(t->record.content, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	trialset_print(stdout, t->record.content, t->record.name);
	if (t->run.troubles)
		printf("\nsamebits report RUN says more of a trial's run\n");
}

static int conclude(struct trials *t, int ret)
{
	json_t *record = t->record.content, *notes = notes_of(t, ret);
	int status = trialrecord_troubles(&t->record) ? 1 : 0, wrote;

	if (t->run.narrow)
		trialrecord_trim(&t->record, &t->plan);
	wrote = trialset_summarise(record);
	if (!wrote)
		wrote = trialset_note(record, t->record.store, notes);
	json_decref(notes);
	if (ret)
		status = STATUS_TROUBLE;
	if (!wrote)
		wrote = trialrecord_end(&t->record, status);
	if (json_array_size(json_object_get(record, "trials")))
		print(t);
	if (ret == -ECANCELED)
		fail("%s", t->run.stopped ? t->run.stopped : "stopped");
	else if (ret == -EINTR)
		say("ended after %zu of %zu trials; samebits trials "
		    "--resume=%s makes the others",
		    json_array_size(json_object_get(record, "trials")),
		    plan_jobs(&t->plan), t->record.name);
	else if (ret)
		fail("%s", strerror(-ret));
	return wrote ? cannot(t->record.dir, wrote) : status;
}

static int make(struct trials *t)
{
	char base[PATH_MAX + 8];
	int ret, status;

	snprintf(base, sizeof(base), "%s/going", t->record.dir);
	ret = experiment_new_in_place(&t->run.experiment, t->record.store,
				      base);
	if (ret)
		return cannot(base, ret);
	if (!wanted.quiet)
		progress_start("trial", plan_jobs(&t->plan));
	ret = trialrun_go(&t->run);
	progress_end();
	status = conclude(t, ret);
	fflush(stdout);
	experiment_end(t->run.experiment, NULL);
	return status;
}

/* ---- by Slurm ---- */

/* How to go on with what Slurm has. */
static void say_later(const struct trials *t, FILE *to)
{
	char *jobs = trialslurm_jobs(&t->record);

	fprintf(to,
		"samebits: trials %s are with Slurm, job %s; samebits trials "
		"--resume=%s --slurm waits for them and reports, samebits "
		"report %s shows what has ended, scancel %s ends them\n",
		t->record.name, jobs ? jobs : "?", t->record.name,
		t->record.name, jobs ? jobs : "JOB");
	free(jobs);
}

static _Noreturn void end_by(int signal)
{
	fflush(NULL);
	raise(signal);
	_exit(128 + signal); /* it is ignored */
}

static int gather(struct trials *t, struct trialslurm *s)
{
	int ret, status;

	if (!wanted.quiet)
		progress_start("trial", plan_jobs(&t->plan));
	ret = trialslurm_gather(s);
	progress_end();
	if (ret == -EINTR) {
		say_later(t, stderr);
		end_by(s->signal);
	}
	t->run.troubles = s->troubles;
	status = conclude(t, ret);
	store_point(t->record.store);
	return status;
}

static int make_by_slurm(struct trials *t)
{
	struct trialslurm s = { .record = &t->record,
				.plan = &t->plan,
				.trial = &t->r.trial,
				.jobs = t->run.jobs,
				.sbatch = o.sbatch };
	bool begun = o.resume;
	int ret = 0;

	if (!trialslurm_arrays(&t->record))
		ret = trialslurm_submit(&s);
	if (ret && trialslurm_arrays(&t->record))
		say_later(t, stderr);
	else if (ret && !begun)
		store_remove(t->record.dir);
	if (ret)
		return ret;
	if (!o.no_wait)
		return gather(t, &s);
	if (repeat_wanted.json)
		print(t);
	say_later(t, repeat_wanted.json ? stderr : stdout);
	return 0;
}

/* False: what Slurm has of these trials is in the way, and it was said. */
static bool slurm_allows(const struct trials *t)
{
	bool arrays = trialslurm_arrays(&t->record);

	if (o.slurm && arrays && (o.trials || o.seeds || o.metric || o.value)) {
		fail("trials %s are with Slurm as they were begun; samebits "
		     "trials --resume=%s --slurm gathers them, then there may "
		     "be more, or other metrics",
		     t->record.name, t->record.name);
		return false;
	}
	if (o.slurm || !arrays || !trialslurm_goes_on(&t->record))
		return true;
	say_later(t, stderr);
	fail("trials %s go on in Slurm: add --slurm", t->record.name);
	return false;
}

static int set_up(struct trials *t)
{
	t->run.plan = &t->plan;
	t->run.measures = &t->measures;
	t->run.trial = t->r.trial;
	t->run.record = t->record.content;
	t->run.dir = t->record.dir;
	json_object_set_new(t->record.content, "jobs",
			    json_integer(t->run.jobs));
	return o.slurm ? make_by_slurm(t) : make(t);
}

static int begin(struct trials *t)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	struct target target;
	int ret;

	tmpfit_decide(t->argv, &t->measures, at_a_time(t));
	repeat_prepare(&t->r, false, t->argv);
	ret = target_find(&target, t->argv[0]);
	if (ret)
		return ret;
	ret = trialrecord_new(&t->record, store, t->argv, &t->plan,
			      &t->measures, t->r.option);
	if (ret)
		return fail("%s: cannot be written to: %s; name another place "
			    "with --store DIR", store, strerror(-ret));
	return set_up(t);
}

/* What is not said again is as it was. */
static int resume(struct trials *t)
{
	struct trialrecord_given given = { .argv = *t->argv ? t->argv : NULL,
					   .seeds = o.trials || o.seeds ||
						    o.until,
					   .folds = o.folds,
					   .repeat = o.repeat,
					   .metrics = o.metric || o.value };
	int ret = trialrecord_find(&t->record, wanted.store, o.resume);

	if (!ret && !slurm_allows(t))
		ret = STATUS_TROUBLE;
	given.gathers = o.slurm && !ret && trialslurm_arrays(&t->record);
	if (!ret)
		ret = trialrecord_resume(&t->record, &given, &t->plan,
					 &t->measures);
	if (ret)
		return ret;
	t->argv = t->record.argv;
	if (!placeholders_valid(t))
		return STATUS_TROUBLE;
	tmpfit_decided(trialrecord_option(&t->record, "--private-tmp"));
	repeat_prepare(&t->r, false, t->argv);
	ret = trialrecord_options(&t->record, t->r.option,
				  sizeof(t->r.option) / sizeof(char *));
	return ret ? ret : set_up(t);
}

/* ---- the verb ---- */

static int usage(void)
{
	opts_help(stdout, "trials [options] [--] PROGRAM [ARG...]",
		  "Runs PROGRAM with many seeds, as `samebits run --seed` "
		  "would, in the working\ndirectory, and says what its "
		  "metrics come to. {seed}, {trial}, {fold} and {run} in\n"
		  "its arguments are replaced; SAMEBITS_SEED, SAMEBITS_TRIAL "
		  "and SAMEBITS_FOLD are in\nits environment. Exit status: 0 "
		  "all ended with 0 and gave their metrics, 1 some did\nnot, "
		  "125 samebits' own trouble.",
		  trials_options);
	return 0;
}

/* So many as Slurm may start, or as this machine is to. */
static bool jobs_valid(struct trials *t)
{
	const char *jobs = repeat_wanted.jobs;
	uint64_t n = 0;

	if (o.slurm && !option_count("jobs", jobs, 1, PLAN_MOST, &n))
		return false;
	if (o.slurm)
		repeat_wanted.jobs = NULL;
	if (!repeat_valid(&t->r))
		return false;
	t->run.jobs = o.slurm ? (unsigned)n : t->r.attempts.jobs;
	return true;
}

static bool slurm_valid(void)
{
	const char *lone = o.sbatch ? "--sbatch" : o.no_wait ? "--no-wait" : NULL;

	if (o.slurm && o.until)
		fail("--until-ci %s: looks at each trial before the next, and "
		     "--slurm hands over all at once; give -n N, and more with "
		     "-n M --resume --slurm", o.until);
	else if (!o.slurm && lone)
		fail("%s: is for trials that Slurm makes; add --slurm", lone);
	return o.slurm ? !o.until : !lone;
}

static bool valid(struct trials *t)
{
	if (!slurm_valid() || !plan_valid(t) || !jobs_valid(t) ||
	    !measures_parse(&t->measures, o.metric, o.value))
		return false;
	if (!placeholders_valid(t))
		return false;
	if (isfinite(statistics_t95(1)))
		return true;
	fail("libgsl.so.27 is missing, which statistics are made with; "
	     "apt-get install libgsl27");
	return false;
}

static int trials(int argc, char **argv)
{
	static struct trials t;
	int first, ret;

	if (argc == 4 && !strcmp(argv[1], "--task"))
		return trialtask(argv[2], argv[3]);
	tmpfit_undecided();
	wanted.own_seeds = true;
	ret = opts_parse(trials_options, argc, argv, &first);
	if (ret == 1)
		return usage();
	t.argv = argv + first;
	if (ret < 0 || !valid(&t))
		return STATUS_TROUBLE;
	if (first >= argc && !o.resume)
		return fail("trials of what? samebits trials -n 10 PROGRAM "
			    "[ARG...]");
	ret = o.resume ? resume(&t) : begin(&t);
	trialrecord_free(&t.record);
	measures_free(&t.measures);
	plan_free(&t.plan);
	free(t.run.stopped);
	return ret;
}

const struct cmd cmd_trials = { "trials",
				"many seeds: metrics, with their spread",
				trials_options, trials };
