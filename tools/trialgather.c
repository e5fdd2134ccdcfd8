/* SPDX-License-Identifier: MIT */
/* Waits for what trialslurm.c has handed over. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "outcome.h"
#include "progress.h"
#include "record.h"
#include "say.h"
#include "slurm.h"
#include "slurmpart.h"
#include "trialrun.h"
#include "trialslurm.h"

#define SCAN_MS 300	/* files are looked for */
#define LOOK_LEAST 1.0	/* seconds between questions to Slurm, which serves */
#define LOOK_MOST 30.0	/* others, too */
#define SETTLE 3.0	/* until what was written on another node is seen */
#define WAITS_LONG 20.0 /* until it is said why */

/* An array. */
struct array {
	unsigned number;
	struct slurm_job job;
	struct slurm_task *task;
	struct due *due; /* plan.repeat of them for each task */
	size_t tasks;
	bool over;
};

struct gather {
	struct trialslurm *s;
	struct array *array;
	size_t n;
	bool *due; /* by run, from 1 */
	size_t runs, left;
	double start, look, every;
	bool said_why, said_silent;
};

static volatile sig_atomic_t caught;

static void catch(int signal)
{
	caught = signal;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* ---- which arrays ---- */

static bool gathered(const json_t *part)
{
	return json_is_true(json_object_get(part, "gathered"));
}

static const char *text(const json_t *j, const char *key)
{
	const char *value = json_string_value(json_object_get(j, key));

	return value ? value : "";
}

static struct slurm_job job_of(const json_t *part)
{
	struct slurm_job job;

	snprintf(job.id, sizeof(job.id), "%s", text(part, "job"));
	snprintf(job.cluster, sizeof(job.cluster), "%s", text(part, "cluster"));
	return job;
}

size_t trialslurm_arrays(const struct trialrecord *r)
{
	const json_t *part;
	size_t i, n = 0;

	json_array_foreach(json_object_get(r->content, "slurm"), i, part)
		n += !gathered(part);
	return n;
}

char *trialslurm_jobs(const struct trialrecord *r)
{
	const json_t *part;
	char *out = NULL;
	size_t i, size;
	FILE *to = open_memstream(&out, &size);
	bool any = false;

	json_array_foreach(json_object_get(r->content, "slurm"), i, part) {
		if (!to || gathered(part))
			continue;
		fprintf(to, "%s%s", any ? " " : "", text(part, "job"));
		any = true;
	}
	if (to)
		fclose(to);
	return out;
}

static bool array_goes_on(const struct array *a)
{
	for (size_t i = 0; i < a->tasks; i++)
		if (slurm_goes_on(&a->task[i]))
			return true;
	return false;
}

static int array_open(struct array *a, const json_t *part)
{
	a->number = (unsigned)json_integer_value(json_object_get(part, "part"));
	a->job = job_of(part);
	a->tasks = (size_t)json_integer_value(json_object_get(part, "tasks"));
	a->task = calloc(a->tasks + 1, sizeof(*a->task));
	return a->task ? 0 : -ENOMEM;
}

bool trialslurm_goes_on(const struct trialrecord *r)
{
	const json_t *part;
	bool goes_on = false;
	char *words;
	size_t i;

	json_array_foreach(json_object_get(r->content, "slurm"), i, part) {
		struct array a = { 0 };

		if (gathered(part) || array_open(&a, part))
			continue;
		slurm_look(&a.job, a.task, a.tasks, &words);
		free(words);
		goes_on |= array_goes_on(&a);
		free(a.task);
	}
	return goes_on;
}

static int open_one(struct gather *g, struct array *a, const json_t *part)
{
	size_t repeat = g->s->plan->repeat;
	char path[PATH_MAX + 32];
	int ret = array_open(a, part);

	a->due = calloc(a->tasks * repeat + 1, sizeof(*a->due));
	if (ret || !a->due)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/slurm/%u.due", g->s->record->dir,
		 a->number);
	ret = due_read(path, 0, a->tasks * repeat, a->due);
	for (size_t i = 0; i < a->tasks * repeat && !ret; i++)
		if (a->due[i].run && a->due[i].run <= g->runs)
			g->due[a->due[i].run] = true;
	return ret;
}

static void leave_out_known(struct gather *g)
{
	const json_t *trial;
	size_t i;

	json_array_foreach(json_object_get(g->s->record->content, "trials"), i,
			   trial) {
		size_t run = ((size_t)json_integer_value(json_object_get(
				      trial, "trial")) - 1) *
				     g->s->plan->repeat +
			     (size_t)json_integer_value(
				     json_object_get(trial, "repeat"));

		if (run <= g->runs)
			g->due[run] = false;
	}
}

static int open_all(struct gather *g)
{
	const json_t *list = json_object_get(g->s->record->content, "slurm");
	const json_t *part;
	size_t i;
	int ret = 0;

	g->runs = plan_jobs(g->s->plan);
	g->due = calloc(g->runs + 1, sizeof(*g->due));
	g->array = calloc(json_array_size(list) + 1, sizeof(*g->array));
	if (!g->due || !g->array)
		return -ENOMEM;
	json_array_foreach(list, i, part)
		if (!gathered(part) && !ret)
			ret = open_one(g, &g->array[g->n++], part);
	leave_out_known(g);
	for (i = 1; i <= g->runs; i++)
		g->left += g->due[i];
	return ret;
}

static void close_all(struct gather *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->array[i].task);
		free(g->array[i].due);
	}
	free(g->array);
	free(g->due);
}

/* ---- what has come ---- */

static void take(struct gather *g, size_t run, json_t *entry)
{
	g->due[run] = false;
	g->left--;
	json_array_append(json_object_get(g->s->record->content, "trials"),
			  entry);
	trialrun_say(&g->s->troubles, entry);
}

static void take_put(size_t run, void *arg)
{
	struct gather *g = arg;
	json_t *entry;

	if (run > g->runs || !g->due[run])
		return;
	entry = record_taken(g->s->record->dir, run);
	if (json_is_object(entry))
		take(g, run, entry);
	json_decref(entry);
}

static void scan(struct gather *g)
{
	size_t before = g->left;

	record_puts(g->s->record->dir, take_put, g);
	if (g->left != before)
		progress_set(g->runs - g->left, g->runs);
	progress_tick(NULL);
}

/* ---- what Slurm says ---- */

static void say_silent(struct gather *g, const char *words)
{
	if (!g->said_silent) {
		progress_hide();
		say("Slurm does not answer: %s; waiting on", words);
	}
	g->said_silent = true;
}

static void say_why(struct gather *g)
{
	if (g->said_why || now() - g->start < WAITS_LONG)
		return;
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < g->array[i].tasks; k++) {
			const struct slurm_task *t = &g->array[i].task[k];

			if (t->listed && strcmp(t->state, "PENDING"))
				return;
		}
	g->said_why = true;
	progress_hide();
	say("all tasks of job %s wait in Slurm's queue: %s", g->array[0].job.id,
	    g->array[0].task[0].why);
}

/* Are all arrays over? */
static bool look(struct gather *g)
{
	bool over = true;

	for (size_t i = 0; i < g->n; i++) {
		struct array *a = &g->array[i];
		char *words = NULL;

		if (!a->over && slurm_look(&a->job, a->task, a->tasks, &words))
			say_silent(g, words ? words : "");
		else
			a->over = !array_goes_on(a);
		free(words);
		over = over && a->over;
	}
	if (!over)
		say_why(g);
	g->every = g->every * 1.5 < LOOK_MOST ? g->every * 1.5 : LOOK_MOST;
	g->look = now() + g->every;
	return over;
}

/* ---- what has left nothing ---- */

static char *why_lost(const struct gather *g, const struct array *a, size_t k)
{
	const struct slurm_task *t = &a->task[k];
	char dir[PATH_MAX + 16], log[64], *tail, *why = NULL;
	const char *word = *t->state ? t->state : "no word of it is left";
	int n;

	snprintf(dir, sizeof(dir), "%s/slurm", g->s->record->dir);
	snprintf(log, sizeof(log), "%u-%zu.log", a->number, k + 1);
	tail = outcome_tail(dir, log);
	if (!strcmp(word, "PENDING"))
		word = "CANCELLED while it waited";
	else if (!strcmp(word, "RUNNING"))
		word = "gone, and was RUNNING when it was last seen";
	if (tail)
		n = asprintf(&why, "Slurm: task %s_%zu: %s; %s/%s ends with: %s",
			     a->job.id, k + 1, word, dir, log, tail);
	else if (!strcmp(word, "FAILED") || !strcmp(word, "COMPLETED"))
		n = asprintf(&why, "Slurm: task %s_%zu: %s, and it left no "
			     "result and no log in %s: do the nodes see that "
			     "directory? name a shared one with --store DIR",
			     a->job.id, k + 1, word, dir);
	else
		n = asprintf(&why, "Slurm: task %s_%zu: %s; no result was left",
			     a->job.id, k + 1, word);
	free(tail);
	return n < 0 ? NULL : why;
}

/* "slurm" in it: it is made again by --resume. */
static int add_lost(struct gather *g, const struct array *a, size_t k,
		    size_t run)
{
	struct job j = plan_job(g->s->plan, run - 1);
	const char *state = a->task[k].state;
	bool late = !strcmp(state, "TIMEOUT") || !strcmp(state, "DEADLINE");
	char *why = why_lost(g, a, k);
	json_t *entry = json_pack(
		"{s:I, s:I, s:o, s:I, s:n, s:s, s:i, s:f, s:n, s:{}, s:s, s:s}",
		"trial", (json_int_t)j.trial, "seed", (json_int_t)j.seed,
		"fold", j.fold < 0 ? json_null() : json_integer(j.fold),
		"repeat", (json_int_t)j.repeat, "run", "how",
		late ? "timed out" : "failed", "status", STATUS_TROUBLE,
		"seconds", 0.0, "result", "metrics", "trouble",
		why ? why : "no result was left", "slurm", state);
	int ret = entry ? record_append(g->s->record->dir, entry) : -ENOMEM;

	if (entry)
		take(g, run, entry);
	json_decref(entry);
	free(why);
	return ret;
}

static int add_all_lost(struct gather *g)
{
	size_t repeat = g->s->plan->repeat;
	int ret = 0;

	for (size_t i = 0; i < g->n && g->left; i++) {
		struct array *a = &g->array[i];

		slurm_accounts(&a->job, a->task, a->tasks);
		for (size_t k = 0; k < a->tasks * repeat && !ret; k++)
			if (a->due[k].run <= g->runs && g->due[a->due[k].run])
				ret = add_lost(g, a, k / repeat,
					       a->due[k].run);
	}
	return ret;
}

/* ---- waiting ---- */

static int wait_for_all(struct gather *g)
{
	double until;

	g->start = now();
	g->every = LOOK_LEAST;
	for (scan(g); g->left && !caught; scan(g)) {
		if (now() >= g->look && look(g))
			break;
		pause_ms(SCAN_MS);
	}
	for (until = now() + SETTLE; g->left && !caught && now() < until;) {
		scan(g);
		pause_ms(SCAN_MS);
	}
	return caught ? -EINTR : add_all_lost(g);
}

static void set_gathered(const struct gather *g)
{
	json_t *part;
	size_t i;

	json_array_foreach(json_object_get(g->s->record->content, "slurm"), i,
			   part)
		json_object_set_new(part, "gathered", json_true());
}

static int gather(struct gather *g)
{
	int ret = open_all(g);

	if (!ret)
		ret = wait_for_all(g);
	if (!ret)
		set_gathered(g);
	close_all(g);
	return ret;
}

int trialslurm_gather(struct trialslurm *s)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction ours = { .sa_handler = catch }, was[4];
	struct gather g = { .s = s };
	int ret;

	for (size_t i = 0; i < 4; i++) {
		sigaction(signals[i], NULL, &was[i]);
		if (was[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &ours, NULL);
	}
	ret = gather(&g);
	for (size_t i = 0; i < 4; i++)
		sigaction(signals[i], &was[i], NULL);
	s->signal = caught;
	return ret;
}
