/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "clock.h"
#include "outcome.h"
#include "progress.h"
#include "record.h"
#include "say.h"
#include "statistics.h"
#include "trialrun.h"
#include "trialset.h"

#define TROUBLES_SAID 5

enum state { PENDING, GOING, DONE };

/* One that is going on. */
struct slot {
	struct outcome outcome;
	size_t job;
	double start; /* of the calendar: files are younger */
	bool used;
};

struct making {
	struct trialrun *r;
	unsigned char *state; /* by job */
	size_t jobs;	      /* in all */
	size_t first;	      /* all before are done */
	size_t done;
	struct slot *slot;
	size_t going;
	int ret; /* negative: nothing more is started */
	bool enough;
};

/* ---- what is there ---- */

static bool is_job(const json_t *trial, const struct job *j)
{
	const json_t *fold = json_object_get(trial, "fold");
	long k = json_is_integer(fold) ? (long)json_integer_value(fold) : -1;

	return (uint64_t)json_integer_value(json_object_get(trial, "seed")) ==
		       j->seed &&
	       k == j->fold &&
	       json_integer_value(json_object_get(trial, "repeat")) ==
		       j->repeat;
}

static void take_left(struct making *m)
{
	for (size_t i = 0; m->r->left && i < m->jobs; i++)
		if (m->r->left[i])
			m->state[i] = DONE;
}

/* Those of an earlier start. Jobs are in the order of the plan, entries nearly:
 * the search begins where the last one was found. */
static void take_done(struct making *m)
{
	const json_t *trials = json_object_get(m->r->record, "trials"), *trial;
	size_t i, at = 0;

	json_array_foreach((json_t *)trials, i, trial)
		for (size_t k = 0; k < m->jobs; k++) {
			size_t job = (at + k) % m->jobs;
			struct job j = plan_job(m->r->plan, job);

			if (!is_job(trial, &j))
				continue;
			m->done += m->state[job] != DONE;
			m->state[job] = DONE;
			at = job + 1;
			break;
		}
}

/* ---- starting ---- */

/* The next one whose trial is not going on already: repeats write the same
 * files. m->jobs: there is none. */
static size_t next_job(struct making *m)
{
	unsigned repeat = m->r->plan->repeat;

	while (m->first < m->jobs && m->state[m->first] == DONE)
		m->first++;
	for (size_t i = m->first; i < m->jobs; i++) {
		size_t trial = i / repeat * repeat;
		bool busy = false;

		if (m->state[i] != PENDING)
			continue;
		for (size_t k = trial; k < trial + repeat; k++)
			busy |= m->state[k] == GOING;
		if (!busy)
			return i;
		i = trial + repeat - 1;
	}
	return m->jobs;
}

/* What this run is given. All of it is copied by the fork. */
struct given {
	char *seed, *environment[5];
	const char **options;
	char **argv;
	size_t argc;
};

static void given_free(struct given *g)
{
	for (size_t i = 0; i < g->argc; i++)
		free(g->argv[i]);
	for (size_t i = 0; i < 5; i++)
		free(g->environment[i]);
	free(g->argv);
	free(g->options);
	free(g->seed);
}

static int set(char **to, const char *name, unsigned long long n)
{
	return asprintf(to, "%s=%llu", name, n) < 0 ? -ENOMEM : 0;
}

static int give_environment(struct given *g, const struct job *j)
{
	int ret = set(&g->environment[0], "SAMEBITS_SEED", j->seed);

	if (!ret)
		ret = set(&g->environment[1], "SAMEBITS_TRIAL", j->trial);
	if (!ret && j->fold >= 0)
		ret = set(&g->environment[2], "SAMEBITS_FOLD",
			  (unsigned long long)j->fold);
	else if (!ret)
		g->environment[2] = strdup("SAMEBITS_FOLD");
	return ret;
}

static int give(struct given *g, const struct trialrun *r, const struct job *j)
{
	size_t n = 0, args = 0;
	int ret = 0;

	*g = (struct given){ 0 };
	while (r->trial.options && r->trial.options[n])
		n++;
	while (r->trial.argv[args])
		args++;
	g->options = calloc(n + 3, sizeof(*g->options));
	g->argv = calloc(args + 1, sizeof(*g->argv));
	if (!g->options || !g->argv ||
	    asprintf(&g->seed, "%" PRIu64, j->seed) < 0)
		return -ENOMEM;
	memcpy(g->options, r->trial.options, n * sizeof(*g->options));
	g->options[n] = "--seed";
	g->options[n + 1] = g->seed;
	for (; g->argc < args && !ret; g->argc++) {
		g->argv[g->argc] = plan_expand(r->trial.argv[g->argc], j);
		if (!g->argv[g->argc])
			ret = -ENOMEM;
	}
	return ret ? ret : give_environment(g, j);
}

static int start(struct making *m, size_t job)
{
	struct job j = plan_job(m->r->plan, job);
	struct trial t = m->r->trial;
	struct slot *s = m->slot;
	struct given given;
	int ret = give(&given, m->r, &j);

	while (s->used)
		s++;
	t.options = given.options;
	t.argv = given.argv;
	t.environment = (const char *const *)given.environment;
	s->start = clock_real();
	if (!ret)
		ret = experiment_start(m->r->experiment, &t, &s->outcome);
	given_free(&given);
	if (ret)
		return ret;
	s->job = job;
	s->used = true;
	m->state[job] = GOING;
	m->going++;
	return 0;
}

/* ---- ending ---- */

void trialrun_say(size_t *said, const json_t *entry)
{
	const char *trouble =
		json_string_value(json_object_get(entry, "trouble"));

	if (!trouble || (*said)++ >= TROUBLES_SAID)
		return;
	progress_hide();
	say("trial %" JSON_INTEGER_FORMAT " (seed %" JSON_INTEGER_FORMAT
	    "): %s",
	    json_integer_value(json_object_get(entry, "trial")),
	    json_integer_value(json_object_get(entry, "seed")), trouble);
}

static void stop(struct making *m, int ret, const char *why, int error)
{
	char *text;
	int n;

	if (m->ret)
		return;
	m->ret = ret;
	n = error ? asprintf(&text, "%s: %s; what has ended is kept: free "
				    "space or name the trouble away, then "
				    "samebits trials --resume",
			     why, strerror(error))
		  : asprintf(&text, "%s", why);
	m->r->stopped = n < 0 ? NULL : text;
}

/* Less than this, and a run may lose its log or what it prints. */
#define ROOM_BEFORE (1u << 20)
#define ROOM_AFTER (1u << 19)

static bool room(const struct making *m, uint64_t least)
{
	struct statvfs disk;

	return statvfs(m->r->dir, &disk) ||
	       (uint64_t)disk.f_bavail * disk.f_frsize >= least;
}

static int keep(struct making *m, const struct job *j, json_t *entry)
{
	int ret = m->r->apart ? record_put(m->r->dir, j->run, entry)
			      : record_append(m->r->dir, entry);

	if (!ret)
		json_array_append(json_object_get(m->r->record, "trials"),
				  entry);
	else
		stop(m, -ECANCELED, m->r->dir, -ret);
	return ret;
}

/* Trials before the first that is not done: what order they ended in does not
 * matter to them. */
static size_t trials_in_order(struct making *m)
{
	while (m->first < m->jobs && m->state[m->first] == DONE)
		m->first++;
	return m->first / m->r->plan->repeat;
}

static bool narrow_enough(struct making *m)
{
	const char *metric = m->r->measures->at[0].name;
	struct statistics s;
	struct values v;
	bool narrow = false;
	double width = m->r->until.width;
	size_t trials = trials_in_order(m);

	if (!trials || values_of(&v, m->r->record, metric, trials))
		return false;
	if (v.n >= UNTIL_LEAST && !statistics_mean(&s, v.x, v.n)) {
		if (m->r->until.percent)
			width *= fabs(s.mean) / 100;
		narrow = s.t.high - s.t.low <= width;
	}
	values_free(&v);
	return narrow;
}

static void finish(struct making *m, struct slot *s)
{
	struct outcome *o = &s->outcome;
	struct job j = plan_job(m->r->plan, s->job);
	json_t *entry;

	m->going--;
	s->used = false;
	m->state[s->job] = PENDING;
	if (o->how == INTERRUPTED) {
		outcome_free(o);
		m->ret = -EINTR;
		return;
	}
	if (!room(m, ROOM_AFTER)) {
		/* What it came to may be the disk's fault: made again. */
		outcome_free(o);
		stop(m, -ECANCELED, m->r->dir, ENOSPC);
		return;
	}
	entry = outcome_entry(o, &j, m->r->measures, s->start,
			      m->r->trial.timeout);
	if (!entry) {
		stop(m, -ECANCELED, "a trial", ENOMEM);
	} else if (!keep(m, &j, entry)) {
		m->state[s->job] = DONE;
		m->done++;
		if (o->how == NOT_RUN) {
			m->r->status = o->status;
			stop(m, -ECANCELED,
			     o->trouble ? o->trouble
					: "a trial could not be run", 0);
		} else {
			trialrun_say(&m->r->troubles, entry);
		}
	}
	json_decref(entry);
	outcome_free(o);
	if (m->r->until.width > 0 && !m->enough)
		m->enough = m->r->narrow = narrow_enough(m);
}

static void wait_for_one(struct making *m)
{
	struct outcome *o =
		experiment_wait(m->r->experiment, progress_tick, NULL);

	for (unsigned i = 0; o && i < m->r->jobs; i++)
		if (m->slot[i].used && &m->slot[i].outcome == o)
			finish(m, &m->slot[i]);
	if (!o)
		m->going = 0;
	if (experiment_signal(m->r->experiment))
		m->ret = -EINTR;
	progress_set(m->done, m->jobs);
}

static void make(struct making *m)
{
	progress_set(m->done, m->jobs);
	m->enough = m->r->until.width > 0 && narrow_enough(m);
	m->r->narrow = m->enough;
	for (;;) {
		size_t job = m->ret || m->enough || m->going == m->r->jobs
				     ? m->jobs
				     : next_job(m);
		int ret = 0;

		if (job < m->jobs && !room(m, ROOM_BEFORE)) {
			stop(m, -ECANCELED, m->r->dir, ENOSPC);
			continue;
		}
		if (job < m->jobs)
			ret = start(m, job);

		if (ret)
			stop(m, -ECANCELED, "a trial cannot be started", -ret);
		else if (job == m->jobs && !m->going)
			return;
		else if (job == m->jobs)
			wait_for_one(m);
	}
}

int trialrun_go(struct trialrun *r)
{
	struct making m = { .r = r, .jobs = plan_jobs(r->plan) };

	m.state = calloc(m.jobs + 1, 1);
	m.slot = calloc(r->jobs, sizeof(*m.slot));
	if (m.state && m.slot) {
		take_left(&m);
		take_done(&m);
		make(&m);
	} else {
		m.ret = -ENOMEM;
	}
	free(m.state);
	free(m.slot);
	return m.ret;
}
