/* SPDX-License-Identifier: MIT */
/* `samebits blame`: on which sources does the result depend? */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind.h"
#include "cause.h"
#include "cmd.h"
#include "metric.h"
#include "minimal.h"
#include "progress.h"
#include "repeat.h"
#include "say.h"
#include "suspects.h"

#define RUNS_MOST 100
#define PATIENCE 5.0 /* seconds, for looking into objects */

static struct {
	const char *runs, *metric;
} o;

static const struct opt blame_options[] = {
	{ "runs", 'k', "K", "runs for each (default 3)", &o.runs },
	{ "metric", OPT_MANY, "NAME=REGEX",
	  "a number on stdout: what REGEX has in its parentheses", &o.metric },
	REPEAT_OPTIONS REPEATED_RUN_OPTIONS OPTIONS_END
};

/* What a cause sets, set to nothing before: so the environment is as long. */
static const char *const inert[] = { "MALLOC_PERTURB_=00", NULL };

struct blaming {
	struct repeat r;
	uint64_t k; /* runs for each */
	struct verdict v;
	struct metrics metrics;
	struct causes causes;
	const struct attempt *base; /* its first run */
};

/* ---- the base line ---- */

/* What differs although all is controlled. */
static int base_differs(struct blaming *b, const struct attempt *other)
{
	unsigned long long events = 0;
	struct attempts *a = &b->r.attempts;
	bool complete;
	size_t first = a->n;
	int ret = repeat_compare(&b->r, &b->v, b->base, other);

	if (!ret)
		ret = repeat_more(&b->r, &b->v, &b->r.full, 2);
	if (!ret)
		ret = suspects_find(&b->v, a->at[first]->outcome.dir,
				    a->at[first + 1]->outcome.dir, false,
				    &events, &complete);
	if (!ret)
		ret = verdict_say(
			&b->v,
			"the base line differs: with all controlled, "
			"the results of %zu runs are not the same, so "
			"nothing can be blamed",
			(size_t)b->k);
	return ret;
}

static int note_blinds(struct blaming *b)
{
	struct blinds blinds = { 0 };
	struct rundir run;
	int ret = rundir_open(&run, b->base->outcome.dir);

	if (!ret)
		ret = blinds_find(&blinds, &run, PATIENCE);
	for (size_t i = 0; i < blinds.n && !ret; i++) {
		char *text;

		if (asprintf(&text, "%s: %s", blinds.blind[i].kind,
			     blinds.blind[i].text) < 0)
			return -ENOMEM;
		ret = verdict_add_uncontrolled(&b->v, text);
		free(text);
	}
	blinds_free(&blinds);
	rundir_close(&run);
	return ret;
}

/* 1: it is the same each time; 0: not, and the verdict says so. */
static int base_line(struct blaming *b)
{
	struct attempts *a = &b->r.attempts;
	int ret = repeat_more(&b->r, &b->v, &b->r.trial, (size_t)b->k);

	if (ret)
		return ret;
	b->base = a->at[0];
	ret = note_blinds(b);
	for (size_t i = 1; i < a->n && !ret; i++)
		if (repeat_differ(&b->r, b->base, a->at[i])) {
			ret = base_differs(b, a->at[i]);
			return ret ? ret : 0;
		}
	return ret ? ret : 1;
}

/* ---- one at a time ---- */

/* K runs with these set free; *changed: one of them has another result. Each
 * but the first is only made while that is of use. */
static int set_free(struct blaming *b, const struct deviation *const *d,
		    size_t n, bool all, const struct attempt **changed)
{
	struct deviated *room = calloc(1, sizeof(*room));
	struct attempts *a = &b->r.attempts;
	size_t jobs = a->jobs;
	int ret = room ? 0 : -ENOMEM;

	*changed = NULL;
	for (uint64_t i = 0; i < b->k && !ret && (all || !*changed);
	     i += jobs) {
		size_t first = a->n;
		size_t some = b->k - i < jobs ? (size_t)(b->k - i) : jobs;

		deviate(room, &b->r.trial, d, n, (unsigned)i);
		ret = repeat_more(&b->r, &b->v, &room->trial, some);
		for (size_t k = first; k < a->n && !ret && !*changed; k++)
			if (repeat_differ(&b->r, b->base, a->at[k]))
				*changed = a->at[k];
	}
	free(room);
	return ret;
}

static int try_cause(struct blaming *b, struct cause *c)
{
	struct attempts *a = &b->r.attempts;
	const struct attempt *changed;
	size_t first = a->n;
	int ret = set_free(b, &c->what, 1, true, &changed);

	if (!ret)
		ret = cause_judge(c, &b->r, b->base, (size_t)b->k, first,
				  changed, &b->metrics);
	if (!ret && changed)
		b->v.is = VERDICT_DIFFERENT;
	return ret;
}

/* ---- several together ---- */

static int test_set(const size_t *set, size_t n, void *arg)
{
	const struct deviation *d[MINIMAL_MOST];
	const struct attempt *changed;
	struct blaming *b = arg;
	int ret;

	for (size_t i = 0; i < n; i++)
		d[i] = b->causes.at[set[i]].what;
	ret = set_free(b, d, n, false, &changed);
	return ret ? ret : changed != NULL;
}

/* Those that change nothing alone, all at once: if that does, the fewest of
 * them that do. */
static int together(struct blaming *b)
{
	size_t set[MINIMAL_MOST], n = 0;
	long least;
	int ret;

	for (size_t i = 0; i < b->causes.n && n < MINIMAL_MOST; i++)
		if (!b->causes.at[i].changes)
			set[n++] = i;
	if (n < 2 || attempts_late(&b->r.attempts))
		return 0;
	ret = test_set(set, n, b);
	if (ret <= 0)
		return ret;
	least = minimal(set, n, test_set, b);
	if (least < 0)
		return (int)least;
	b->v.is = VERDICT_DIFFERENT;
	return causes_together(&b->causes, set, (size_t)least);
}

/* ---- the whole ---- */

static int conclude(struct blaming *b)
{
	char *names = causes_names(&b->causes);
	int ret;

	if (names)
		ret = verdict_say(&b->v, "the result depends on %s", names);
	else
		ret = verdict_say(&b->v,
				  "the result depends on none of %zu things "
				  "that samebits run controls and that this "
				  "program uses",
				  b->causes.n);
	free(names);
	return ret;
}

static int judge(struct blaming *b)
{
	int ret = base_line(b);

	if (ret <= 0)
		return ret;
	if (b->base->result.status)
		say("the program ends with exit status %d; see %s/stderr",
		    b->base->result.status, b->base->outcome.dir);
	ret = causes_find(&b->causes, b->base->outcome.dir);
	b->r.attempts.planned = b->r.attempts.n + b->causes.n * b->k + 1;
	for (size_t i = 0; i < b->causes.n && !ret; i++) {
		if (attempts_late(&b->r.attempts)) {
			b->causes.at[i].skipped = true;
			continue;
		}
		ret = try_cause(b, &b->causes.at[i]);
	}
	if (!ret)
		ret = together(b);
	return ret ? ret : conclude(b);
}

static void tell(struct blaming *b)
{
	json_t *j;

	if (repeat_wanted.json) {
		j = report_json(&b->v);
		json_object_set_new(j, "causes", causes_json(&b->causes));
		json_dumpf(j, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
		json_decref(j);
		return;
	}
	report_text(b->v.is == VERDICT_TROUBLE ? stderr : stdout, &b->v);
	if (b->v.is != VERDICT_TROUBLE)
		causes_print(stdout, &b->causes);
}

static int experiment(struct blaming *b)
{
	int ret = repeat_begin(&b->r, &b->v);

	if (ret)
		return 0;
	repeat_record(&b->r, "blame", b->v.argv);
	if (!wanted.quiet)
		progress_start("run", 0);
	ret = judge(b);
	progress_end();
	/* None was the run that the user would have made. */
	repeat_end(&b->r, NULL);
	return ret;
}

static bool valid(struct blaming *b)
{
	b->k = 3;
	return option_count("runs", o.runs, 1, RUNS_MOST, &b->k) &&
	       repeat_valid(&b->r) && metrics_parse(&b->metrics, o.metric);
}

static int blame(int argc, char **argv)
{
	static struct blaming b;
	int first, ret = opts_parse(blame_options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "blame [options] [--] PROGRAM [ARG...]",
			  "A controlled experiment: runs PROGRAM with all "
			  "controlled, then with one group\nof sources at a "
			  "time left to chance, and says which of them change "
			  "its result.\nFiles that the runs write are not "
			  "kept. Exit status: 0 none does, 1 some do,\n2 "
			  "trouble.",
			  blame_options);
		return 0;
	}
	if (ret < 0 || !valid(&b))
		return STATUS_UNKNOWN;
	if (first >= argc) {
		fail("blame what? samebits blame PROGRAM [ARG...]");
		return STATUS_UNKNOWN;
	}
	b.v.argv = argv + first;
	repeat_prepare(&b.r, false, argv + first);
	b.r.trial.environment = b.r.full.environment = inert;
	ret = experiment(&b);
	if (ret && ret != -ECANCELED)
		verdict_trouble(&b.v, "%s", strerror(-ret));
	repeat_recorded(&b.r, "blame", &b.v,
			json_pack("{s:o, s:I}", "causes",
				  causes_json(&b.causes), "runs_each",
				  (json_int_t)b.k));
	tell(&b);
	ret = verdict_status(&b.v);
	causes_free(&b.causes);
	metrics_free(&b.metrics);
	attempts_free(&b.r.attempts);
	verdict_free(&b.v);
	return ret;
}

const struct cmd cmd_blame = {
	"blame",
	"leave one source at a time to chance: which change the result?",
	blame_options, blame
};
