/* SPDX-License-Identifier: MIT */
/* `samebits blame`: on which sources does the result depend? */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind.h"
#include "blaming.h"
#include "cmd.h"
#include "minimal.h"
#include "progress.h"
#include "recording.h"
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

	for (size_t i = first; i < a->n && !ret; i++) {
		c->runs++;
		c->times += repeat_differ(&b->r, b->base, a->at[i]);
	}
	if (!ret)
		ret = cause_judge(c, &b->r, b->base, b->line,
				  (struct span){ first, a->n }, changed,
				  &b->metrics);
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
		if (!b->causes.at[i].changes && !b->causes.at[i].what->threads)
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

	for (size_t i = 0; i < b->causes.n; i++)
		if (b->causes.at[i].changes)
			b->v.is = VERDICT_DIFFERENT;
	if (names)
		ret = verdict_say(&b->v, "the result depends on %s", names);
	else
		ret = verdict_say(&b->v,
				  "the result depends on none of %zu things "
				  "that %s and that this program uses",
				  b->causes.n,
				  wanted.replay ? "were recorded"
						: "samebits run controls");
	free(names);
	return ret;
}

/* What changes only some runs may have done nothing, where the base line is not
 * what it seemed to be: it has to hold once more. */
static int doubt(struct blaming *b, const struct cause *c, bool *sure,
		 const struct attempt **other)
{
	*other = NULL;
	if (*sure || !c->times || c->times == c->runs)
		return 0;
	*sure = true;
	/* One in 20 of such experiments sees nothing of so rare a change. */
	return blaming_again(b, 3 * c->runs / c->times, other);
}

/* *other: a run of the base line that differs; what was found is of no use. */
static int try_causes(struct blaming *b, bool *sure,
		      const struct attempt **other)
{
	int ret = 0;

	*other = NULL;
	for (size_t i = 0; i < b->causes.n && !ret && !*other; i++) {
		struct cause *c = &b->causes.at[i];

		if (c->what->threads)
			continue;
		c->skipped = attempts_late(&b->r.attempts);
		if (!c->skipped)
			ret = try_cause(b, c);
		if (!ret)
			ret = doubt(b, c, sure, other);
	}
	return ret;
}

/* The threads' order first: where it changes the result by chance, all else
 * would seem to. */
static int settle_threads(struct blaming *b, const struct attempt *other,
			  bool *good)
{
	struct cause *c = causes_threads(&b->causes);

	*good = !other;
	if (c)
		return blaming_threads(b, c, other, good);
	return other ? blaming_differs(b, other) : 0;
}

static int judge(struct blaming *b)
{
	const struct attempt *other;
	bool good, sure = false;
	int ret = blaming_base(b, &other);

	if (!ret)
		ret = note_blinds(b);
	if (!ret && b->base->result.status)
		say("the program ends with exit status %d; see %s/stderr",
		    b->base->result.status, b->base->outcome.dir);
	if (!ret)
		ret = causes_find(&b->causes,
				  wanted.replay ? recorded : factors,
				  b->base->outcome.dir);
	b->r.attempts.planned = b->r.attempts.n + b->causes.n * b->k + 1;
	if (!ret)
		ret = settle_threads(b, other, &good);
	if (ret || !good)
		return ret;
	ret = try_causes(b, &sure, &other);
	if (!ret && other)
		return blaming_differs(b, other);
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
		causes_print(stdout, &b->causes, b->k);
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

/* The base line is given nothing of the recording. */
static int take_recorded(char ***program)
{
	static char none[PATH_MAX + 8];
	int ret = recording_replay(program);

	if (!ret && recording.kinds) {
		fail("--replay %s: each group is tried; name the run alone",
		     wanted.replay);
		ret = STATUS_UNKNOWN;
	}
	snprintf(none, sizeof(none), "%s:none", recording.from);
	wanted.replay = none;
	recording = (struct recording){ 0 };
	return ret;
}

static int blame(int argc, char **argv)
{
	static struct blaming b;
	char **program;
	int first, ret = opts_parse(blame_options, argc, argv, &first);

	if (ret == 1) {
		opts_help(
			stdout, "blame [options] [--] PROGRAM [ARG...]",
			"A controlled experiment: runs PROGRAM with all "
			"controlled, then with one group\nof sources at a "
			"time left to chance, and says which of them change "
			"its result.\nFiles that the runs write are not "
			"kept. With --replay RUN: seeded, then with one group "
			"at a time as it was in that\nrun. Exit status: 0 "
			"none does, 1 some do, 2 trouble.",
			blame_options);
		return 0;
	}
	program = argv + first;
	if (ret < 0 || (wanted.replay && take_recorded(&program)) || !valid(&b))
		return STATUS_UNKNOWN;
	if (!*program) {
		fail("blame what? samebits blame PROGRAM [ARG...]");
		return STATUS_UNKNOWN;
	}
	b.turns = wanted_turns();
	b.v.argv = program;
	repeat_prepare(&b.r, false, program);
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
