/* SPDX-License-Identifier: MIT */
/* `samebits check`: is the result the same each time? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blind.h"
#include "bundle.h"
#include "chaos.h"
#include "cmd.h"
#include "globs.h"
#include "likely.h"
#include "orders.h"
#include "output.h"
#include "perturb.h"
#include "progress.h"
#include "recording.h"
#include "repeat.h"
#include "say.h"
#include "store.h"
#include "suspects.h"

#define RUNS_MOST 10000
#define PATIENCE 5.0 /* seconds, for looking into objects */

static struct {
	const char *runs, *against, *save, *native, *perturb, *strict, *status,
		*junit, *sarif, *github, *chaos;
} o;

static const struct opt check_options[] = {
	{ "runs", 'n', "N", "how many runs are compared (default 2)", &o.runs },
	{ "native", 0, NULL,
	  "is the program deterministic as it is, without control?",
	  &o.native },
	{ "against", 0, "RUN|FILE",
	  "an earlier run, or what --save wrote, is compared too", &o.against },
	{ "save", 0, "FILE", "writes the result's digests, for --against",
	  &o.save },
	{ "perturb", 0, NULL,
	  "varies what surrounds the program, one thing at a time",
	  &o.perturb },
	{ "chaos", 0, "N", "tries N other orders of the threads' turns",
	  &o.chaos },
	{ "status", 0, "N", "the exit status that is right (default 0)",
	  &o.status },
	{ "strict", 0, NULL, "a blind spot is trouble, too", &o.strict },
	{ "junit", 0, "FILE", "the verdict as JUnit XML", &o.junit },
	{ "sarif", 0, "FILE", "the verdict as SARIF 2.1.0", &o.sarif },
	{ "github", 0, NULL, "annotations for GitHub Actions", &o.github },
	REPEAT_OPTIONS REPEATED_RUN_OPTIONS OPTIONS_END
};

/* ---- options ---- */

struct checking {
	struct repeat r;
	uint64_t runs, status, orders;
	struct verdict v;
};

static bool chaos_valid(void)
{
	if (o.native || o.perturb || wanted.schedule_seed)
		fail("--chaos makes runs in turns, each with a seed of its own; "
		     "leave --native, --perturb and --schedule-seed away");
	return !o.native && !o.perturb && !wanted.schedule_seed;
}

static bool valid(struct checking *k)
{
	/* Before what belongs to turns alone is looked at. */
	if (o.chaos && !wanted.schedule)
		wanted.schedule = "turns";
	k->runs = o.against && !o.runs ? 1 : 2;
	if (!option_count("runs", o.runs, o.against ? 1 : 2, RUNS_MOST,
			  &k->runs) ||
	    !option_count("status", o.status, 0, 255, &k->status) ||
	    !option_count("chaos", o.chaos, 1, RUNS_MOST, &k->orders) ||
	    !repeat_valid(&k->r))
		return false;
	if (o.chaos && !chaos_valid())
		return false;
	if (!o.native || !o.perturb)
		return true;
	fail("--perturb varies what surrounds a controlled run; leave --native "
	     "away");
	return false;
}

/* ---- what was compared, what was not controlled ---- */

static int note_compared(struct checking *k, const struct attempt *a)
{
	const struct files *f = &a->result.files;
	int ret = verdict_add_compared(&k->v, "exit status");
	char *what;

	if (!ret)
		ret = verdict_add_compared(&k->v, "stdout");
	if (!ret)
		ret = verdict_add_compared(&k->v, "stderr");
	for (size_t i = 0; i < f->outputs && !ret; i++) {
		if (asprintf(&what, "output %s",
			     result_name(&a->result, f->output[i].path)) < 0)
			return -ENOMEM;
		ret = verdict_add_compared(&k->v, what);
		free(what);
	}
	return ret;
}

/* Blind spots of a run; and what it called that is only seen. */
static int note_uncontrolled(struct checking *k, const struct attempt *a)
{
	struct blinds b = { 0 };
	struct rundir run;
	int ret = rundir_open(&run, a->outcome.dir);

	if (!ret)
		ret = blinds_find(&b, &run, PATIENCE);
	for (size_t i = 0; i < b.n && !ret; i++) {
		char *text;

		if (asprintf(&text, "%s: %s", b.blind[i].kind,
			     b.blind[i].text) < 0)
			ret = -ENOMEM;
		else
			ret = verdict_add_uncontrolled(&k->v, text);
		if (!ret)
			free(text);
	}
	blinds_free(&b);
	rundir_close(&run);
	return ret;
}

/* What a run wrote where the next one finds it. */
static int note_outside(struct checking *k, const struct attempt *a)
{
	const struct files *f = &a->result.files;
	int ret = 0;

	for (size_t i = 0; i < f->outputs && !ret; i++) {
		const char *path = f->output[i].path;
		char *text;

		if (path_below(path, a->result.cwd) != path ||
		    path_below(path, "/tmp") != path ||
		    path_below(path, "/dev/shm") != path)
			continue;
		if (asprintf(&text,
			     "files: %s lies outside of the working directory "
			     "and is not put back between runs",
			     path) < 0)
			return -ENOMEM;
		ret = verdict_add_uncontrolled(&k->v, text);
		free(text);
	}
	return ret;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* "exit status 0, stdout (12 bytes), stderr (empty), 3 outputs" */
static char *compared_text(const struct attempt *a)
{
	const struct result *r = &a->result;
	char *text;

	if (asprintf(&text,
		     "exit status %d, stdout (%llu bytes), stderr (%llu "
		     "bytes), %zu output file%s, %zu input file%s",
		     r->status, (unsigned long long)r->out.digest.size,
		     (unsigned long long)r->err.digest.size, r->files.outputs,
		     plural(r->files.outputs), r->files.inputs,
		     plural(r->files.inputs)) < 0)
		return NULL;
	return text;
}

static char *uncontrolled_text(const struct verdict *v)
{
	char *text = NULL, *longer;

	if (!v->nuncontrolled)
		return strdup("no blind spot was found");
	if (asprintf(&text, "not controlled: %s", v->uncontrolled[0]) < 0)
		return NULL;
	for (size_t i = 1; i < v->nuncontrolled && i < 3; i++) {
		if (asprintf(&longer, "%s; %s", text, v->uncontrolled[i]) < 0)
			return text;
		free(text);
		text = longer;
	}
	if (v->nuncontrolled > 3 && asprintf(&longer, "%s; and %zu more", text,
					     v->nuncontrolled - 3) >= 0) {
		free(text);
		text = longer;
	}
	return text;
}

/* ---- runs ---- */

/* The first of those from `first` on whose result is another one than the
 * first's. NULL: there is none. */
static const struct attempt *find_other(struct checking *k, size_t first)
{
	struct attempt **at = k->r.attempts.at;

	for (size_t i = first + 1; i < k->r.attempts.n; i++)
		if (repeat_differ(&k->r, at[first], at[i]))
			return at[i];
	return NULL;
}

static size_t count_results(const struct checking *k)
{
	struct attempt **at = k->r.attempts.at;
	size_t n = 0;

	for (size_t i = 0; i < k->r.attempts.n; i++) {
		size_t same = 0;

		while (same < i && at[same]->digest != at[i]->digest)
			same++;
		n += same == i;
	}
	return n;
}

static int suspects(struct checking *k, const struct attempt *x,
		    const struct attempt *y)
{
	unsigned long long events;
	bool complete;
	int ret = suspects_find(&k->v, x->outcome.dir, y->outcome.dir, o.native,
				&events, &complete);

	if (!ret)
		attempts_written(&k->v, &k->r.attempts, x, y);
	if (!ret && events && !complete)
		ret = verdict_add_uncontrolled(
			&k->v, "the logs are not complete (--trace-limit): "
			       "what differs first may not be in them");
	if (!ret && !k->v.suspects)
		ret = verdict_add_uncontrolled(
			&k->v, "no call that samebits sees differs: "
			       "instructions, memory that was never written, "
			       "or a data race");
	return ret;
}

/* Runs with every event, until two of them differ. */
static int escalate(struct checking *k)
{
	size_t first = k->r.attempts.n, runs, results;
	const struct attempt *other = NULL;
	int ret = repeat_more(&k->r, &k->v, &k->r.full, 2);

	while (!ret && !(other = find_other(k, first)) &&
	       !attempts_late(&k->r.attempts))
		ret = repeat_more(&k->r, &k->v, &k->r.full, 1);
	runs = k->r.attempts.n;
	results = count_results(k);
	if (!ret && other)
		ret = suspects(k, k->r.attempts.at[first], other);
	if (!ret)
		ret = likely_find(&k->r, &k->v, k->r.attempts.at[0], o.native);
	if (!ret)
		ret = verdict_say(
			&k->v, "different: %zu results in %zu runs%s", results,
			runs,
			other ? ""
			      : "; those with every event agreed until "
				"--max-time, so that the first difference is "
				"not known");
	return ret;
}

#define LOOSE                                                                  \
	"; its threads ran as the system let them, and --chaos N tries other " \
	"orders"

static int judge_same(struct checking *k)
{
	const struct attempt *a = k->r.attempts.at[0];
	bool loose = !wanted_turns() && run_threaded(a->outcome.dir);
	char *what = compared_text(a), *rest;
	bool within = k->v.is == VERDICT_WITHIN;
	int ret = note_uncontrolled(k, a);

	if (!ret)
		ret = note_outside(k, a);
	rest = uncontrolled_text(&k->v);
	if (!ret && what && rest)
		ret = verdict_say(&k->v, "%s in %zu runs%s: %s; %s%s",
				  within ? "equal within the tolerance, but "
					   "not the same bits,"
				  : o.native ? "the same without control"
					     : "the same",
				  k->r.attempts.n,
				  o.against ? " and the earlier one" : "", what,
				  rest, loose ? LOOSE : "");
	if (!ret && o.strict && k->v.nuncontrolled)
		ret = verdict_trouble(&k->v,
				      "the results are the same, but a blind "
				      "spot remains (--strict): %s",
				      k->v.uncontrolled[0]);
	free(what);
	free(rest);
	return ret;
}

/* ---- an earlier result ---- */

static int read_earlier(struct checking *k, struct result *r)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	char dir[4096] = "", *trouble = NULL;
	int ret;

	if (!access(o.against, F_OK) && !result_read(r, o.against))
		return 0;
	result_free(r);
	if (bundle_is(o.against))
		ret = bundle_open(o.against, dir, sizeof(dir), &trouble);
	else
		ret = store_find(store, o.against, dir, sizeof(dir));
	if (!ret)
		ret = result_of_run(r, dir);
	bundle_forget(dir);
	free(trouble);
	if (ret)
		verdict_trouble(
			&k->v,
			"--against %s: neither a run of %s, nor a bundle, nor "
			"a file that samebits check --save wrote",
			o.against, store);
	return ret ? -ECANCELED : 0;
}

static int compare_earlier(struct checking *k)
{
	struct place_of was = { &k->r.attempts, NULL };
	struct place_of is = { &k->r.attempts, k->r.attempts.at[0] };
	const struct tolerance *t = &k->r.tolerance;
	struct result r = { 0 };
	struct comparison c = { .a = &r,
				.b = &k->r.attempts.at[0]->result,
				.run_a = &was,
				.run_b = &is,
				.place = attempt_place,
				.tolerance = t };
	int ret = read_earlier(k, &r);

	if (!ret &&
	    strcmp(result_name(&r, r.program), result_name(c.b, c.b->program)))
		say("--against %s was a run of %s", o.against, r.program);
	if (!ret)
		ret = result_compare(&k->v, &c);
	if (!ret && k->v.is == VERDICT_DIFFERENT)
		ret = verdict_say(&k->v,
				  "different from --against %s (A: then, B: "
				  "now)%s",
				  o.against,
				  r.threads == c.b->threads
					  ? ""
					  : ", when another number of threads "
					    "could be used");
	if (!ret && r.threads != c.b->threads)
		say("--against %s was made with %u threads or processors, this "
		    "with %u: results may differ for that; --threads N makes "
		    "them equal",
		    o.against, r.threads, c.b->threads);
	result_free(&r);
	return ret;
}

/* ---- the verdict ---- */

/* A program that fails each time in the same way proves nothing. */
static bool failed(struct checking *k)
{
	const struct attempt *a = k->r.attempts.at[0];

	if (k->v.is == VERDICT_DIFFERENT || a->result.status == (int)k->status)
		return false;
	if (order_deadlocked(a)) {
		verdict_trouble(&k->v,
				"a deadlock ended each run; samebits report %s "
				"says which threads wait for what",
				attempt_name(a));
		return true;
	}
	verdict_trouble(&k->v,
			"the program failed in each run, with exit status %d; "
			"see %s/stderr, or say --status %d where that is right",
			a->result.status, a->outcome.dir, a->result.status);
	return true;
}

static int judge(struct checking *k)
{
	struct attempts *a = &k->r.attempts;
	const struct attempt *other;
	int ret = repeat_more(&k->r, &k->v, &k->r.trial, k->runs);

	if (!ret)
		ret = note_compared(k, a->at[0]);
	for (size_t i = 1; i < a->n && !ret && k->v.is != VERDICT_DIFFERENT;
	     i++)
		if (a->at[i]->digest != a->at[0]->digest)
			ret = repeat_compare(&k->r, &k->v, a->at[0], a->at[i]);
	other = ret ? NULL : find_other(k, 0);
	if (!ret && other) {
		ret = note_uncontrolled(k, other);
		if (!ret)
			ret = note_outside(k, other);
		return ret ? ret : escalate(k);
	}
	/* That it fails may be one of several results. */
	if (!ret && o.chaos)
		ret = chaos(&k->r, &k->v, a->at[0], k->orders);
	if (ret || failed(k))
		return ret;
	if (o.against) {
		ret = compare_earlier(k);
		if (ret || k->v.is == VERDICT_DIFFERENT)
			return ret;
	}
	if (o.chaos)
		return 0;
	return o.perturb ? perturb(&k->r, &k->v, a->at[0]) : judge_same(k);
}

static int write_to(const char *path,
		    int (*report)(FILE *, const struct verdict *),
		    const struct verdict *v)
{
	struct output output;
	int ret = output_open(&output, path), closed;

	if (!ret) {
		ret = report(output.to, v);
		closed = output_close(&output, ret != 0);
		ret = ret ? ret : closed;
	}
	if (ret)
		fail("%s: cannot be written: %s", path, strerror(-ret));
	return ret;
}

static int tell(const struct verdict *v)
{
	int ret = 0;
	json_t *j;

	if (repeat_wanted.json) {
		j = report_json(v);
		json_dumpf(j, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
		json_decref(j);
	} else if (o.github) {
		ret = report_github(stdout, v);
	} else {
		ret = report_text(v->is == VERDICT_TROUBLE ? stderr : stdout,
				  v);
	}
	if (!ret && o.junit)
		ret = write_to(o.junit, report_junit, v);
	if (!ret && o.sarif)
		ret = write_to(o.sarif, report_sarif, v);
	return ret ? STATUS_UNKNOWN : verdict_status(v);
}

static void save(struct checking *k)
{
	int ret = o.save && k->r.attempts.n
			  ? result_write(&k->r.attempts.at[0]->result, o.save)
			  : 0;

	if (ret)
		verdict_trouble(&k->v, "--save %s: cannot be written: %s",
				o.save, strerror(-ret));
}

static int experiment(struct checking *k)
{
	const struct attempt *last = NULL;
	int ret = repeat_begin(&k->r, &k->v), ended;

	if (ret)
		return 0;
	repeat_record(&k->r, "check", k->v.argv);
	if (!wanted.quiet)
		progress_start("run", k->runs);
	ret = judge(k);
	progress_end();
	if (!ret)
		save(k);
	/* The plain runs' last one, as the others were made on purpose. */
	if (!ret && k->r.attempts.n)
		last = k->r.attempts.at[k->runs - 1];
	ended = repeat_end(&k->r, last);
	if (!ret && ended && k->v.is != VERDICT_TROUBLE)
		verdict_trouble(&k->v,
				"what the last run wrote could not be put in "
				"place: %s",
				strerror(-ended));
	return ret;
}

static int check(int argc, char **argv)
{
	static struct checking k;
	char **program;
	int first, ret = opts_parse(check_options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "check [options] [--] PROGRAM [ARG...]",
			  "Runs PROGRAM several times as `run` would, each "
			  "time from the same files, and\nsays whether the "
			  "results are the same bits. If not: where they "
			  "differ first, and\nwhat would control it. With "
			  "--replay RUN each run is a replay of it. Exit\n"
			  "status: 0 the same, 1 different, 2 trouble.",
			  check_options);
		return 0;
	}
	program = argv + first;
	if (ret < 0 || (wanted.replay && recording_replay(&program)) ||
	    !valid(&k))
		return STATUS_UNKNOWN;
	if (!*program) {
		fail("check what? samebits check PROGRAM [ARG...]");
		return STATUS_UNKNOWN;
	}
	k.v.argv = program;
	repeat_prepare(&k.r, o.native != NULL, program);
	ret = experiment(&k);
	if (ret && ret != -ECANCELED)
		verdict_trouble(&k.v, "%s", strerror(-ret));
	repeat_recorded(&k.r, "check", &k.v, NULL);
	ret = tell(&k.v);
	attempts_free(&k.r.attempts);
	verdict_free(&k.v);
	return ret;
}

const struct cmd cmd_check = {
	"check", "run several times: is the result the same, and if not, why?",
	check_options, check
};
