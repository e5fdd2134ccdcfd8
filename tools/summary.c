/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blind.h"
#include "summary.h"
#include "tally.h"
#include "turnsreport.h"

/* Seconds that a run's end may take for objects not known yet. */
#define PATIENCE 0.02

static struct tally_source *find(struct tally *t,
				 const struct source_name *name)
{
	struct tally_source *s;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->source[i].name, name->name) &&
		    !strcmp(t->source[i].group, name->group))
			return &t->source[i];
	s = realloc(t->source, (t->n + 1) * sizeof(*s));
	if (!s)
		return NULL;
	t->source = s;
	s += t->n++;
	*s = (struct tally_source){ .name = name->name, .group = name->group };
	return s;
}

static int add(struct tally_source *s, const struct log *log,
	       const struct sb_counter *c, size_t order)
{
	/* Doubled when full: full is where the number is a power of two. */
	if (!(s->uses & (s->uses - 1))) {
		struct use *u = realloc(s->use, (s->uses ? s->uses * 2 : 1) *
							sizeof(*u));

		if (!u)
			return -ENOMEM;
		s->use = u;
	}
	s->use[s->uses++] = (struct use){ log, c, order };
	s->calls += c->count;
	s->bytes += c->bytes;
	if (c->policy >> SB_SUPPRESSION)
		s->suppressed_calls += c->count;
	if (c->policy & SB_CRYPTO)
		s->crypto_calls += c->count;
	else
		s->policies |= 1u << (c->policy & SB_POLICY);
	return 0;
}

static int add_log(struct tally *t, const struct log *log)
{
	for (size_t i = 0; i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];
		struct tally_source *s;

		/* Entered and not returned: its process ended in it. */
		if (!c || !c->count)
			continue;
		s = find(t, &log->source[c->source]);
		if (!s || add(s, log, c, i))
			return -ENOMEM;
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order;

	/* Logs are sorted and lie in one array. */
	if (x->log != y->log)
		return x->log < y->log ? -1 : 1;
	order = lineage_compare(log_thread_path(x->log, x->counter->thread),
				log_thread_path(y->log, y->counter->thread));
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool is_output(const struct tally_source *s)
{
	return !strcmp(s->group, SB_OUTPUT);
}

static int by_name(const void *a, const void *b)
{
	const struct tally_source *x = a, *y = b;
	int group = is_output(x) == is_output(y) ? strcmp(x->group, y->group)
						 : is_output(x) - is_output(y);

	return group ? group : strcmp(x->name, y->name);
}

static void count(struct tally_source *s)
{
	qsort(s->use, s->uses, sizeof(*s->use), by_place);
	for (size_t i = 0; i < s->uses; i++) {
		const struct use *u = &s->use[i], *before = u - 1;

		if (!i || u->log != before->log ||
		    u->counter->thread != before->counter->thread)
			s->threads++;
		if (!i || (u->log != before->log &&
			   strcmp(u->log->head.path, before->log->head.path)))
			s->processes++;
	}
}

int tally_make(struct tally *t, const struct rundir *run)
{
	*t = (struct tally){ 0 };
	for (size_t i = 0; i < run->nlogs; i++) {
		if (add_log(t, &run->log[i]))
			return -ENOMEM;
		if (!i || strcmp(run->log[i].head.path,
				 run->log[i - 1].head.path))
			t->processes++;
	}
	for (size_t i = 0; i < t->n; i++)
		count(&t->source[i]);
	if (t->n)
		qsort(t->source, t->n, sizeof(*t->source), by_name);
	while (t->n && is_output(&t->source[t->n - 1])) {
		t->n--;
		t->outputs++;
	}
	return 0;
}

void tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n + t->outputs; i++)
		free(t->source[i].use);
	free(t->source);
	*t = (struct tally){ 0 };
}

bool tally_threads(const struct tally *t, unsigned long *calls)
{
	bool several = false;

	*calls = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct tally_source *s = &t->source[i];

		several |= s->threads > 1;
		if (!strcmp(s->name, "pthread_create") ||
		    !strcmp(s->name, "thrd_create") ||
		    !strcmp(s->group, "openmp"))
			*calls += s->calls;
	}
	return several || *calls;
}

const char *tally_policy(const struct tally_source *s)
{
	switch (s->policies) {
	case 0:
		return "crypto";
	case 1u << SB_PASS:
		return "pass";
	case 1u << SB_OBSERVE:
		return "observe";
	case 1u << SB_FORCE:
		return "force";
	case 1u << SB_DENY:
		return "deny";
	}
	return "mixed";
}

int summary_read(const char *dir, struct summary *s)
{
	struct rundir run;
	struct tally tally = { 0 };
	struct blinds blinds = { 0 };
	struct turns turns;
	int ret = rundir_open(&run, dir);

	*s = (struct summary){ 0 };
	if (ret == 0)
		ret = tally_make(&tally, &run);
	if (ret == 0)
		ret = blinds_find(&blinds, &run, PATIENCE);
	for (size_t i = 0; i < tally.n; i++) {
		s->sources++;
		s->calls += tally.source[i].calls;
		if (tally.source[i].policies & 1u << SB_FORCE)
			s->forced++;
		else
			s->observed++;
	}
	s->blind = (unsigned)blinds.n;
	s->unseen = blinds.unseen;
	s->damaged = run.damaged;
	turns_count(&turns, &run);
	s->degraded = turns_degraded(&turns);
	blinds_free(&blinds);
	tally_free(&tally);
	rundir_close(&run);
	return ret;
}
