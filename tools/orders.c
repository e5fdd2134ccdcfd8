/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orders.h"
#include "tally.h"

/* ---- how an order is run ---- */

/* Options of turns, each with a value. */
static bool of_turns(const char *option)
{
	static const char *const names[] = { "--schedule", "--schedule-seed",
					     "--external-wait", "--patience",
					     "--deadlock" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(option, names[i]))
			return true;
	return false;
}

static bool has(const struct trial *t, const char *option)
{
	for (const char *const *o = t->options; o && *o; o++)
		if (!strcmp(*o, option))
			return true;
	return false;
}

/* Copies what `from` has, but for one option and its value. */
static size_t copy_options(struct order *o, const struct trial *from,
			   bool (*leave)(const char *option))
{
	size_t n = 0, room = sizeof(o->option) / sizeof(*o->option) - 8;

	for (const char *const *at = from->options; at && *at && n < room; at++)
		if (!leave(*at))
			o->option[n++] = *at;
		else if (at[1])
			at++;
	o->trial = *from;
	o->trial.options = o->option;
	return n;
}

static bool is_seed(const char *option)
{
	return !strcmp(option, "--schedule-seed") ||
	       !strcmp(option, "--schedule");
}

void order_make(struct order *o, const struct trial *from, uint64_t seed)
{
	size_t n = copy_options(o, from, is_seed);

	o->option[n++] = "--schedule";
	o->option[n++] = "turns";
	if (!has(from, "--deadlock")) {
		o->option[n++] = "--deadlock";
		o->option[n++] = "exit";
	}
	if (seed) {
		snprintf(o->seed, sizeof(o->seed), "%llu",
			 (unsigned long long)seed);
		o->option[n++] = "--schedule-seed";
		o->option[n++] = o->seed;
	}
	o->option[n] = NULL;
}

void order_none(struct order *o, const struct trial *from)
{
	o->option[copy_options(o, from, of_turns)] = NULL;
}

/* A word as a shell takes it. */
static void put_word(FILE *to, const char *word)
{
	bool plain =
		*word && !word[strcspn(word, " \t\n\"'\\$`&|;<>()*?[]#~!{}")];

	if (plain) {
		fprintf(to, " %s", word);
		return;
	}
	fputs(" '", to);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", to);
		else
			fputc(*word, to);
	fputc('\'', to);
}

char *order_command(const struct trial *t)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	fputs("samebits run", to);
	for (const char *const *o = t->options; *o; o++)
		put_word(to, *o);
	fputs(" --", to);
	for (char **a = t->argv; *a; a++)
		put_word(to, *a);
	return fclose(to) ? NULL : text;
}

#define LIMIT_LEAST 10.0
#define LIMIT_TIMES 20

double order_limit(double seconds)
{
	return LIMIT_LEAST + LIMIT_TIMES * seconds;
}

/* ---- what it came to ---- */

bool order_deadlocked(const struct attempt *a)
{
	struct rundir run;
	bool dead;

	if (!a->outcome.dir || a->result.status != 125)
		return false;
	dead = !rundir_open(&run, a->outcome.dir) && run.board &&
	       run.board->denied == SB_ENDED_DEADLOCK;
	rundir_close(&run);
	return dead;
}

bool order_differs(struct repeat *r, const struct attempt *x,
		   const struct attempt *y)
{
	bool late_x = x->outcome.how == TIMED_OUT;
	bool late_y = y->outcome.how == TIMED_OUT;

	if (late_x || late_y)
		return late_x != late_y;
	return repeat_differ(r, x, y);
}

static char *first_of(const struct verdict *v)
{
	char *text;

	for (size_t i = 0; i < v->differences; i++)
		if (!v->difference[i].within)
			return asprintf(&text, "%s: %s", v->difference[i].what,
					v->difference[i].text) < 0
				       ? NULL
				       : text;
	return NULL;
}

/* How it ended, where that is all that needs to be said. */
static char *end_text(const struct attempt *x, const struct attempt *y)
{
	char *text;

	if (y->outcome.how == TIMED_OUT)
		return asprintf(&text,
				"it did not end within the %.0f s that "
				"it had (--timeout)",
				y->outcome.seconds) < 0
			       ? NULL
			       : text;
	if (order_deadlocked(y) && !order_deadlocked(x))
		return strdup("a deadlock: all threads of a process waited for "
			      "each other");
	return NULL;
}

char *order_difference(struct repeat *r, const struct attempt *x,
		       const struct attempt *y)
{
	struct verdict v = { .is = VERDICT_SAME };
	char *text = end_text(x, y);

	if (!text && !repeat_compare(r, &v, x, y))
		text = first_of(&v);
	verdict_free(&v);
	return text;
}

/* ---- threads ---- */

bool run_threaded(const char *dir)
{
	struct tally tally = { 0 };
	unsigned long calls;
	struct rundir run;
	bool threaded = !rundir_open(&run, dir) && !tally_make(&tally, &run) &&
			tally_threads(&tally, &calls);

	tally_free(&tally);
	rundir_close(&run);
	return threaded;
}
