/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cause.h"
#include "orders.h"
#include "text.h"

/* ---- what the program uses ---- */

/* The place, in a line; *own: it is the user's. NULL: not known. */
static char *site_text(struct symbols *symbols, const struct use *u, bool *own)
{
	struct stack stack;
	const struct frame *f;
	char *text = NULL;

	if (stack_of_site(&stack, symbols, u->log,
			  log_site(u->log, u->counter->site)))
		return NULL;
	f = stack_own(&stack, own);
	if (!f && stack.n)
		f = &stack.frame[0];
	if (f && f->file &&
	    asprintf(&text, "%s at %s:%d", f->function ? f->function : "?",
		     f->file, f->line) < 0)
		text = NULL;
	else if (f && !f->file &&
		 asprintf(&text, "%s in %s", f->function ? f->function : "?",
			  f->module ? f->module : "?") < 0)
		text = NULL;
	stack_free(&stack);
	return text;
}

static int by_calls(const void *a, const void *b)
{
	const struct use *const *x = a, *const *y = b;
	uint64_t m = (*x)->counter->count, n = (*y)->counter->count;

	return (m < n) - (m > n);
}

#define SITES_ASKED 2000

static size_t add_site(struct cause *c, size_t found, struct symbols *symbols,
		       const struct use *u, bool wanted)
{
	bool own = false, there = found == CAUSE_SITES;
	char *text = there ? NULL : site_text(symbols, u, &own);

	for (size_t k = 0; k < found && text; k++)
		there |= !strcmp(c->site[k], text);
	if (!text || there || own != wanted)
		free(text);
	else
		c->site[found++] = text;
	return found;
}

static void find_sites(struct cause *c, const struct tally *t,
		       struct symbols *symbols)
{
	const struct use **list;
	size_t n = 0, room = 1, found = 0;

	for (size_t i = 0; i < t->n; i++)
		room += t->source[i].uses;
	list = calloc(room, sizeof(*list));
	for (size_t i = 0; list && i < t->n; i++)
		if (deviation_names(c->what, t->source[i].name,
				    t->source[i].group))
			for (size_t k = 0; k < t->source[i].uses; k++)
				list[n++] = &t->source[i].use[k];
	if (list && n)
		qsort(list, n, sizeof(*list), by_calls);
	/* The user's own first. */
	for (int round = 1; round >= 0; round--)
		for (size_t i = 0; i < n && i < SITES_ASKED; i++)
			found = add_site(c, found, symbols, list[i], round);
	free(list);
}

static int find(struct causes *c, const struct deviation *table,
		const struct rundir *run, const struct tally *tally,
		struct symbols *symbols)
{
	size_t n = 0;

	while (table[n].name)
		n++;
	c->at = calloc(n, sizeof(*c->at));
	if (!c->at)
		return -ENOMEM;
	for (const struct deviation *d = table; d->name; d++) {
		struct cause *at = &c->at[c->n];

		at->what = d;
		if (!deviation_concerns(d, run, tally, &at->calls))
			continue;
		find_sites(at, tally, symbols);
		c->n++;
	}
	return 0;
}

int causes_find(struct causes *c, const struct deviation *table,
		const char *dir)
{
	struct symbols *symbols = symbols_new();
	struct tally tally = { 0 };
	struct rundir run;
	int ret = rundir_open(&run, dir);

	*c = (struct causes){ .recorded = table == recorded };
	if (!ret)
		ret = symbols ? tally_make(&tally, &run) : -ENOMEM;
	if (!ret)
		ret = find(c, table, &run, &tally, symbols);
	tally_free(&tally);
	rundir_close(&run);
	symbols_free(symbols);
	return ret;
}

void causes_free(struct causes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		for (int k = 0; k < CAUSE_SITES; k++)
			free(c->at[i].site[k]);
		free(c->at[i].how);
		free(c->at[i].metric);
	}
	free(c->at);
	free(c->set);
	*c = (struct causes){ 0 };
}

/* ---- what it does ---- */

static struct spread seconds(const struct attempts *a, struct span s)
{
	double x[128];
	size_t n = 0;

	for (size_t i = s.from; i < s.to && n < 128; i++)
		x[n++] = a->at[i]->outcome.seconds;
	return spread_of(x, n);
}

static int describe(struct cause *c, struct repeat *r,
		    const struct attempt *base, const struct attempt *changed)
{
	struct verdict v = { .is = VERDICT_SAME };
	int ret = 0;

	if (changed->outcome.how != ENDED || order_deadlocked(changed)) {
		c->how = order_difference(r, base, changed);
		return c->how ? 0 : -ENOMEM;
	}
	ret = repeat_compare(r, &v, base, changed);
	for (size_t i = 0; i < v.differences && !c->how; i++)
		if (!v.difference[i].within &&
		    asprintf(&c->how, "%s: %s%s", v.difference[i].what,
			     v.difference[i].text,
			     v.differences > 1 ? "\n… and more results" : "") <
			    0)
			c->how = NULL;
	verdict_free(&v);
	return ret;
}

static struct spread values(const struct attempts *a, struct span s,
			    const struct metric *m)
{
	double x[128];
	size_t n = 0;

	for (size_t i = s.from; i < s.to && n < 128; i++)
		if (a->at[i]->result.out.path &&
		    metric_read(m, a->at[i]->result.out.path, &x[n]))
			n++;
	return spread_of(x, n);
}

static int measure(struct cause *c, const struct attempts *a, struct span line,
		   struct span of, const struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->n; i++) {
		const struct metric *m = &metrics->at[i];
		struct spread was = values(a, line, m);
		struct spread is = values(a, of, m);
		char *old = c->metric;
		int ret;

		if (was.n && is.n)
			ret = asprintf(&c->metric,
				       "%s%s%s: %.6g, then %.6g to %.6g",
				       old ? old : "", old ? "\n" : "", m->name,
				       was.mean, is.least, is.most);
		else
			ret = asprintf(
				&c->metric, "%s%s%s: not found on stdout",
				old ? old : "", old ? "\n" : "", m->name);
		if (ret < 0)
			c->metric = NULL;
		free(old);
		if (ret < 0)
			return -ENOMEM;
	}
	return 0;
}

int cause_judge(struct cause *c, struct repeat *r, const struct attempt *base,
		struct span line, struct span of, const struct attempt *changed,
		const struct metrics *metrics)
{
	struct spread was = seconds(&r->attempts, line);
	struct spread is = seconds(&r->attempts, of);

	c->cost = ratio_of(&was, &is);
	c->changes = changed;
	if (!changed)
		return 0;
	return describe(c, r, base, changed) ||
			       measure(c, &r->attempts, line, of, metrics)
		       ? -ENOMEM
		       : 0;
}

struct cause *causes_threads(const struct causes *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].what->threads)
			return &c->at[i];
	return NULL;
}

double cause_missed(uint64_t runs)
{
	return runs ? 1 - pow(0.05, 1.0 / (double)runs) : 1;
}

int causes_together(struct causes *c, const size_t *set, size_t n)
{
	c->set = calloc(n + 1, sizeof(*c->set));
	if (!c->set)
		return -ENOMEM;
	memcpy(c->set, set, n * sizeof(*set));
	c->nset = n;
	return 0;
}
