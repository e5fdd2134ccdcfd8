/* SPDX-License-Identifier: MIT */
/* `samebits check`: is the result the same each time? */
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attempts.h"
#include "blind.h"
#include "cmd.h"
#include "cure.h"
#include "deviation.h"
#include "output.h"
#include "progress.h"
#include "runopts.h"
#include "say.h"
#include "snapshot.h"
#include "store.h"
#include "suspects.h"
#include "tally.h"

#define RUNS_MOST 10000
#define PATTERNS_MOST 64
#define PATIENCE 5.0 /* seconds, for looking into objects */

static struct {
	const char *runs, *jobs, *against, *save, *native, *in_place, *perturb,
		*strict, *timeout, *max_time, *status, *ignore, *rtol, *atol,
		*json, *junit, *sarif, *github;
} o;

static const struct opt check_options[] = {
	{ "runs", 'n', "N", "how many runs are compared (default 2)", &o.runs },
	{ "jobs", 'j', "N", "runs at a time (default 1)", &o.jobs },
	{ "native", 0, NULL,
	  "is the program deterministic as it is, without control?",
	  &o.native },
	{ "against", 0, "RUN|FILE",
	  "an earlier run, or what --save wrote, is compared too",
	  &o.against },
	{ "save", 0, "FILE", "writes the result's digests, for --against",
	  &o.save },
	{ "perturb", 0, NULL,
	  "varies what surrounds the program, one thing at a time",
	  &o.perturb },
	{ "rtol", 0, "X", "numbers are equal within X times their size",
	  &o.rtol },
	{ "atol", 0, "X", "numbers are equal within X", &o.atol },
	{ "ignore-line", OPT_MANY, "REGEX", "lines of text that may differ",
	  &o.ignore },
	{ "status", 0, "N", "the exit status that is right (default 0)",
	  &o.status },
	{ "strict", 0, NULL, "a blind spot is trouble, too", &o.strict },
	{ "timeout", 0, "TIME", "for one run: 90, 90s, 5m, 2h", &o.timeout },
	{ "max-time", 0, "TIME",
	  "for finding the first difference (default 10m)", &o.max_time },
	{ "in-place", 0, NULL,
	  "files are not put back between runs", &o.in_place },
	{ "json", 0, NULL, "the verdict as JSON on stdout", &o.json },
	{ "junit", 0, "FILE", "the verdict as JUnit XML", &o.junit },
	{ "sarif", 0, "FILE", "the verdict as SARIF 2.1.0", &o.sarif },
	{ "github", 0, NULL, "annotations for GitHub Actions", &o.github },
	CONTROL_OPTIONS
	LOG_OPTIONS
	FILE_OPTIONS
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &wanted.store },
	{ "quiet", 'q', NULL, "no progress, only the verdict", &wanted.quiet },
	OPTIONS_END
};

/* ---- options ---- */

struct checking {
	struct attempts attempts;
	struct trial trial;
	struct trial full; /* with every event */
	const char *option[128], *full_option[130];
	struct tolerance tolerance;
	regex_t pattern[PATTERNS_MOST];
	uint64_t runs, jobs, status;
	double timeout, max_time;
	struct verdict v;
};

static bool number(const char *name, const char *text, uint64_t least,
		   uint64_t most, uint64_t *n)
{
	if (!text || (opts_number(text, 0, n) == 0 && *n >= least &&
		      *n <= most))
		return true;
	fail("--%s %s: must be a number from %llu to %llu", name, text,
	     (unsigned long long)least, (unsigned long long)most);
	return false;
}

static bool seconds(const char *name, const char *text, double *s)
{
	char *end = NULL;

	if (!text)
		return true;
	*s = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
	if (end && *end && !end[1]) {
		*s *= *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600
								       : -1;
		end++;
	}
	if (end && !*end && *s > 0 && *s < 1e9)
		return true;
	fail("--%s %s: must be a time as 90, 90s, 5m or 2h", name, text);
	return false;
}

static bool real_number(const char *name, const char *text, double *x)
{
	char *end;

	if (!text)
		return true;
	*x = strtod(text, &end);
	if (end != text && !*end && *x >= 0 && isfinite(*x))
		return true;
	fail("--%s %s: must be a number of 0 or more, as 1e-6", name, text);
	return false;
}

static bool patterns(struct checking *k)
{
	char *lines = o.ignore ? strdup(o.ignore) : NULL, *rest = lines;
	char message[200], *one;
	int ret;

	while (rest && (one = strsep(&rest, "\n"))) {
		if (k->tolerance.ignores == PATTERNS_MOST) {
			fail("--ignore-line: more than %d of them; join some "
			     "by |", PATTERNS_MOST);
			free(lines);
			return false;
		}
		ret = regcomp(&k->pattern[k->tolerance.ignores], one,
			      REG_EXTENDED | REG_NOSUB);
		if (ret) {
			regerror(ret, &k->pattern[k->tolerance.ignores],
				 message, sizeof(message));
			fail("--ignore-line %s: %s", one, message);
			free(lines);
			return false;
		}
		k->tolerance.ignores++;
	}
	free(lines);
	k->tolerance.ignore = k->pattern;
	return true;
}

/* What is for the runs goes on to them. */
static void hand_on(struct checking *k)
{
	static const struct opt rows[] = { CONTROL_OPTIONS LOG_OPTIONS
						   FILE_OPTIONS OPTIONS_END };
	static const struct opt seen[] = { LOG_OPTIONS FILE_OPTIONS
						   OPTIONS_END };
	static char names[sizeof(rows) / sizeof(*rows)][32];
	size_t n = 0;

	for (const struct opt *r = o.native ? seen : rows; r->name; r++) {
		char *lines = *r->value && r->letter == OPT_MANY
				      ? strdup(*r->value)
				      : NULL, *rest = lines, *one;
		char *name = names[r - (o.native ? seen : rows)];

		if (!*r->value || n + 4 > sizeof(k->option) / sizeof(char *))
			continue;
		snprintf(name, sizeof(names[0]), "--%s", r->name);
		if (!lines) {
			k->option[n++] = name;
			if (r->arg)
				k->option[n++] = *r->value;
			continue;
		}
		while ((one = strsep(&rest, "\n")) && n + 4 < 128) {
			k->option[n++] = name;
			k->option[n++] = one; /* stays to the end */
		}
	}
	memcpy(k->full_option, k->option, n * sizeof(*k->option));
	k->full_option[n++] = "--trace";
	k->full_option[n++] = "full";
}

static bool valid(struct checking *k)
{
	k->runs = o.against && !o.runs ? 1 : 2;
	k->jobs = 1;
	k->max_time = 600;
	if (!number("runs", o.runs, o.against ? 1 : 2, RUNS_MOST, &k->runs) ||
	    !number("jobs", o.jobs, 1, 256, &k->jobs) ||
	    !number("status", o.status, 0, 255, &k->status) ||
	    !seconds("timeout", o.timeout, &k->timeout) ||
	    !seconds("max-time", o.max_time, &k->max_time) ||
	    !real_number("rtol", o.rtol, &k->tolerance.relative) ||
	    !real_number("atol", o.atol, &k->tolerance.absolute) ||
	    !patterns(k) || !wanted_valid())
		return false;
	if (o.native && o.perturb)
		fail("--perturb varies what surrounds a controlled run; leave "
		     "--native away");
	else if (o.in_place && k->jobs > 1)
		fail("--jobs %s: runs at a time need files of their own; leave "
		     "--in-place away", o.jobs);
	else
		return true;
	return false;
}

/* ---- what was compared, what was not controlled ---- */

static int note_run(struct checking *k, const struct attempt *a)
{
	return verdict_add_run(&k->v, attempt_name(a), a->outcome.seconds,
			       a->outcome.status);
}

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
	if (v->nuncontrolled > 3 &&
	    asprintf(&longer, "%s; and %zu more", text,
		     v->nuncontrolled - 3) >= 0) {
		free(text);
		text = longer;
	}
	return text;
}

/* ---- runs ---- */

/* What went wrong becomes the verdict. */
static int give_up(struct checking *k, int ret, const struct attempt *bad)
{
	char *text;

	if (ret == -EINTR)
		return ret;
	text = bad ? attempt_trouble(bad, k->timeout) : NULL;
	if (bad && bad->outcome.dir)
		note_run(k, bad);
	verdict_trouble(&k->v, "%s", text ? text : strerror(-ret));
	free(text);
	return -ECANCELED;
}

static int repeat(struct checking *k, const struct trial *t, size_t n)
{
	const struct attempt *bad;
	size_t first = k->attempts.n;
	int ret;

	k->attempts.planned = first + n;
	ret = attempts_repeat(&k->attempts, t, n, &bad);
	if (ret)
		return give_up(k, ret, bad);
	for (size_t i = first; i < k->attempts.n && !ret; i++)
		ret = note_run(k, k->attempts.at[i]);
	return ret;
}

static int compare(struct checking *k, struct verdict *v,
		   const struct attempt *x, const struct attempt *y)
{
	const struct tolerance *t = &k->tolerance;
	bool exact = !t->ignores && t->relative <= 0 && t->absolute <= 0;

	return attempts_compare(v, &k->attempts, x, y, exact ? NULL : t);
}

/* The first of those from `first` on whose result is another one than the
 * first's, beyond the tolerance; what differs is added to the verdict. NULL:
 * there is none. */
static const struct attempt *find_other(struct checking *k, size_t first,
					int *ret)
{
	struct attempt **at = k->attempts.at;

	*ret = 0;
	for (size_t i = first + 1; i < k->attempts.n && !*ret; i++) {
		struct verdict v = { .is = VERDICT_SAME };

		if (at[i]->digest == at[first]->digest)
			continue;
		*ret = compare(k, &v, at[first], at[i]);
		if (!*ret && v.is == VERDICT_DIFFERENT) {
			verdict_free(&v);
			return at[i];
		}
		verdict_free(&v);
	}
	return NULL;
}

static size_t count_results(const struct checking *k)
{
	struct attempt **at = k->attempts.at;
	size_t n = 0;

	for (size_t i = 0; i < k->attempts.n; i++) {
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
	int ret = suspects_find(&k->v, x->outcome.dir, y->outcome.dir,
				o.native, &events, &complete);

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
	size_t first = k->attempts.n;
	const struct attempt *other = NULL;
	int ret = repeat(k, &k->full, 2);

	for (;;) {
		if (!ret)
			other = find_other(k, first, &ret);
		if (ret || other || attempts_late(&k->attempts))
			break;
		ret = repeat(k, &k->full, 1);
	}
	if (!ret && other)
		ret = suspects(k, k->attempts.at[first], other);
	if (!ret && other && !k->v.differences)
		ret = compare(k, &k->v, k->attempts.at[first], other);
	if (!ret)
		ret = verdict_say(
			&k->v, "different: %zu results in %zu runs%s",
			count_results(k), k->attempts.n,
			other ? ""
			      : "; those with every event agreed until "
				"--max-time, so that the first difference is "
				"not known");
	return ret;
}

static int judge_same(struct checking *k)
{
	const struct attempt *a = k->attempts.at[0];
	char *what = compared_text(a), *rest;
	bool within = k->v.is == VERDICT_WITHIN;
	int ret = note_uncontrolled(k, a);

	rest = uncontrolled_text(&k->v);
	if (!ret && what && rest)
		ret = verdict_say(&k->v, "%s in %zu runs%s: %s; %s",
				  within ? "equal within the tolerance, but "
					   "not the same bits,"
				  : o.native ? "the same without control"
					     : "the same",
				  k->attempts.n,
				  o.against ? " and the earlier one" : "",
				  what, rest);
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
	char dir[4096];
	int ret;

	if (!access(o.against, F_OK) && !result_read(r, o.against))
		return 0;
	result_free(r);
	ret = store_find(store, o.against, dir, sizeof(dir));
	if (!ret)
		ret = result_of_run(r, dir);
	if (ret)
		verdict_trouble(&k->v,
				"--against %s: neither a run of %s nor a file "
				"that samebits check --save wrote",
				o.against, store);
	return ret ? -ECANCELED : 0;
}

static int compare_earlier(struct checking *k)
{
	struct place_of was = { &k->attempts, NULL };
	struct place_of is = { &k->attempts, k->attempts.at[0] };
	const struct tolerance *t = &k->tolerance;
	struct result r;
	struct comparison c = { .a = &r, .b = &k->attempts.at[0]->result,
				.run_a = &was, .run_b = &is,
				.place = attempt_place, .tolerance = t };
	int ret = read_earlier(k, &r);

	if (!ret && strcmp(result_name(&r, r.program),
			   result_name(c.b, c.b->program)))
		say("--against %s was a run of %s", o.against, r.program);
	if (!ret)
		ret = result_compare(&k->v, &c);
	result_free(&r);
	if (!ret && k->v.is == VERDICT_DIFFERENT)
		ret = verdict_say(&k->v,
				  "different from --against %s (A: then, B: "
				  "now)", o.against);
	return ret;
}

/* ---- perturbations ---- */

static int perturb_one(struct checking *k, const struct deviation *d)
{
	struct deviated *room = calloc(1, sizeof(*room));
	const struct attempt *bad = NULL;
	struct verdict v = { .is = VERDICT_SAME };
	const struct trial *t;
	char *text = NULL;
	int ret;

	if (!room)
		return -ENOMEM;
	deviate(room, &k->trial, &d, 1, 0);
	t = &room->trial;
	ret = attempts_make(&k->attempts, &t, 1, &bad);
	if (ret == -ECANCELED && bad && bad->outcome.how == NOT_RUN) {
		text = attempt_trouble(bad, k->timeout);
		ret = verdict_add_variation(&k->v, d->name, d->how, NULL, text);
	} else if (!ret) {
		ret = compare(k, &v, k->attempts.at[0],
			      k->attempts.at[k->attempts.n - 1]);
		for (size_t i = 0; i < v.differences && !text; i++)
			if (!v.difference[i].within &&
			    asprintf(&text, "%s: %s", v.difference[i].what,
				     v.difference[i].text) < 0)
				text = NULL;
		if (!ret)
			ret = verdict_add_variation(&k->v, d->name, d->how,
						    text, NULL);
	} else {
		ret = give_up(k, ret, bad);
	}
	free(text);
	free(room);
	verdict_free(&v);
	return ret;
}

static int perturb(struct checking *k)
{
	size_t depends = 0, n = 0;
	int ret = 0;

	for (const struct deviation *d = perturbations; d->name; d++)
		n++;
	k->attempts.planned = k->attempts.n + n;
	for (const struct deviation *d = perturbations; d->name && !ret; d++)
		ret = perturb_one(k, d);
	for (size_t i = 0; i < k->v.variations; i++)
		depends += k->v.variation[i].text != NULL;
	if (ret)
		return ret;
	if (!depends)
		return verdict_say(&k->v,
				   "the result depends on none of %zu things "
				   "that surround the program",
				   k->v.variations);
	k->v.is = VERDICT_DIFFERENT;
	return verdict_say(&k->v,
			   "the result depends on %zu of %zu things that "
			   "surround the program", depends, k->v.variations);
}

/* ---- the verdict ---- */

/* A program that fails each time in the same way proves nothing. */
static bool failed(struct checking *k)
{
	const struct attempt *a = k->attempts.at[0];

	if (k->v.is == VERDICT_DIFFERENT ||
	    a->result.status == (int)k->status)
		return false;
	verdict_trouble(&k->v,
			"the program failed in each run, with exit status %d; "
			"see %s/stderr, or say --status %d where that is right",
			a->result.status, a->outcome.dir, a->result.status);
	return true;
}

static int judge(struct checking *k)
{
	const struct attempt *other;
	int ret = repeat(k, &k->trial, k->runs);

	if (!ret)
		ret = note_compared(k, k->attempts.at[0]);
	for (size_t i = 1; i < k->attempts.n && !ret &&
			   k->v.is != VERDICT_DIFFERENT; i++)
		if (k->attempts.at[i]->digest != k->attempts.at[0]->digest)
			ret = compare(k, &k->v, k->attempts.at[0],
				      k->attempts.at[i]);
	other = ret ? NULL : find_other(k, 0, &ret);
	if (!ret && other) {
		ret = note_uncontrolled(k, other);
		return ret ? ret : escalate(k);
	}
	if (ret || failed(k))
		return ret;
	if (o.against) {
		ret = compare_earlier(k);
		if (ret || k->v.is == VERDICT_DIFFERENT)
			return ret;
	}
	return o.perturb ? perturb(k) : judge_same(k);
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

	if (o.json) {
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
	int ret = o.save && k->attempts.n
			  ? result_write(&k->attempts.at[0]->result, o.save)
			  : 0;

	if (ret)
		verdict_trouble(&k->v, "--save %s: cannot be written: %s",
				o.save, strerror(-ret));
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int make_store(const char *store)
{
	char dir[4096];
	int ret = store_new(store, dir, sizeof(dir));

	if (!ret)
		ret = store_remove(dir);
	return ret;
}

static int experiment(struct checking *k)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	const struct attempt *last = NULL;
	bool recovered = false;
	char *trouble = NULL;
	int ret = make_store(store), ended;

	if (ret)
		return verdict_trouble(&k->v,
				       "%s: cannot make a run here: %s; name "
				       "another place with --store DIR", store,
				       strerror(-ret));
	snapshot_recover(store, &recovered);
	if (recovered)
		say("an earlier check was ended in the middle: the files that "
		    "its run had changed were put back");
	ret = experiment_new(&k->attempts.experiment, store, o.in_place,
			     &trouble);
	if (ret) {
		verdict_trouble(&k->v, "%s",
				trouble ? trouble : strerror(-ret));
		free(trouble);
		return 0;
	}
	k->attempts.until = now() + k->max_time;
	if (!wanted.quiet)
		progress_start("run", k->runs);
	ret = judge(k);
	progress_end();
	if (!ret)
		save(k);
	/* The plain runs' last one, as the others were made on purpose. */
	if (!ret && k->attempts.n)
		last = k->attempts.at[k->runs - 1];
	ended = experiment_end(k->attempts.experiment,
			       last ? &last->outcome : NULL);
	if (!ret && ended && k->v.is != VERDICT_TROUBLE)
		verdict_trouble(&k->v,
				"what the last run wrote could not be put in "
				"place: %s", strerror(-ended));
	return ret;
}

static int check(int argc, char **argv)
{
	static struct checking k;
	int first, ret = opts_parse(check_options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "check [options] [--] PROGRAM [ARG...]",
			  "Runs PROGRAM several times as `run` would, each "
			  "time from the same files, and\nsays whether the "
			  "results are the same bits. If not: where they "
			  "differ first, and\nwhat would control it. Exit "
			  "status: 0 the same, 1 different, 2 trouble.",
			  check_options);
		return 0;
	}
	if (ret < 0 || !valid(&k))
		return STATUS_UNKNOWN;
	if (first >= argc) {
		fail("check what? samebits check PROGRAM [ARG...]");
		return STATUS_UNKNOWN;
	}
	hand_on(&k);
	k.v.argv = argv + first;
	k.attempts.jobs = (unsigned)k.jobs;
	k.trial = (struct trial){ .native = o.native, .options = k.option,
				  .argv = argv + first, .timeout = k.timeout };
	k.full = k.trial;
	k.full.options = k.full_option;
	ret = experiment(&k);
	if (ret && ret != -ECANCELED)
		verdict_trouble(&k.v, "%s", strerror(-ret));
	ret = tell(&k.v);
	attempts_free(&k.attempts);
	verdict_free(&k.v);
	return ret;
}

const struct cmd cmd_check = {
	"check", "run several times: is the result the same, and if not, why?",
	check_options, check
};
