/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos.h"

/* How one order is made: the plain run's options, and its own seed. */
struct order {
	struct trial trial;
	const char *option[132];
	char seed[24];
};

static void order_make(struct order *o, const struct trial *plain, size_t k)
{
	size_t n = 0;

	for (; plain->options[n]; n++)
		o->option[n] = plain->options[n];
	snprintf(o->seed, sizeof(o->seed), "%zu", k);
	o->option[n++] = "--schedule-seed";
	o->option[n] = o->seed;
	o->trial = *plain;
	o->trial.options = o->option;
}

/* A word as a shell takes it. */
static void put_word(FILE *to, const char *word)
{
	bool plain = *word && !word[strcspn(word, " \t\n\"'\\$`&|;<>()*?[]#~!{}")];

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

static char *command(const struct trial *t)
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

/* The first thing that differs; NULL: nothing does. */
static char *difference(struct repeat *r, const struct attempt *base,
			const struct attempt *a)
{
	struct verdict one = { .is = VERDICT_SAME };
	char *text = NULL;

	if (a->digest != base->digest && !repeat_compare(r, &one, base, a))
		for (size_t i = 0; i < one.differences && !text; i++)
			if (!one.difference[i].within &&
			    asprintf(&text, "%s: %s", one.difference[i].what,
				     one.difference[i].text) < 0)
				break;
	verdict_free(&one);
	return text;
}

/* Is its result one that an earlier run had? */
static bool known(const struct repeat *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (r->attempts.at[k]->digest == r->attempts.at[i]->digest)
			return true;
	return false;
}

static int note(struct repeat *r, struct verdict *v, const struct attempt *base,
		const struct order *o)
{
	size_t last = r->attempts.n - 1;
	char *text, *how, name[48];
	int ret = 0;

	if (known(r, last))
		return 0;
	text = difference(r, base, r->attempts.at[last]);
	how = command(&o->trial);
	snprintf(name, sizeof(name), "schedule seed %s", o->seed);
	if (text)
		ret = how ? verdict_add_variation(v, name, how, text, NULL)
			  : -ENOMEM;
	free(text);
	free(how);
	return ret;
}

int chaos(struct repeat *r, struct verdict *v, const struct attempt *base,
	  size_t n)
{
	struct order *o = calloc(1, sizeof(*o));
	int ret = o ? 0 : -ENOMEM;

	r->attempts.planned = r->attempts.n + n;
	for (size_t k = 1; k <= n && !ret; k++) {
		order_make(o, &r->trial, k);
		ret = repeat_more(r, v, &o->trial, 1);
		if (!ret)
			ret = note(r, v, base, o);
	}
	free(o);
	if (ret)
		return ret;
	if (!v->variations)
		return verdict_say(v, "the same in %zu orders of the threads' "
				      "turns", n + 1);
	v->is = VERDICT_DIFFERENT;
	return verdict_say(v,
			   "%zu results in %zu orders of the threads' turns: "
			   "there is a race",
			   v->variations + 1, n + 1);
}
