/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blaming.h"
#include "suspects.h"

/* ---- base lines ---- */

static const struct attempt *
other_than(struct blaming *b, const struct attempt *base, struct span s)
{
	struct attempts *a = &b->r.attempts;

	for (size_t i = s.from; i < s.to; i++)
		if (order_differs(&b->r, base, a->at[i]))
			return a->at[i];
	return NULL;
}

int blaming_base(struct blaming *b, const struct attempt **other)
{
	struct attempts *a = &b->r.attempts;
	size_t first = a->n;
	int ret = repeat_more(&b->r, &b->v, &b->r.trial, (size_t)b->k);

	*other = NULL;
	if (ret)
		return ret;
	b->line = (struct span){ first, a->n };
	b->base = a->at[first];
	*other = other_than(b, b->base, b->line);
	return 0;
}

int blaming_again(struct blaming *b, size_t n, const struct attempt **other)
{
	struct attempts *a = &b->r.attempts;
	size_t first = a->n;
	int ret = repeat_more(&b->r, &b->v, &b->r.trial, n);

	*other = ret ? NULL
		     : other_than(b, b->base, (struct span){ first, a->n });
	return ret;
}

int blaming_differs(struct blaming *b, const struct attempt *other)
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
		attempts_written(&b->v, a, a->at[first], a->at[first + 1]);
	if (!ret)
		ret = verdict_say(
			&b->v,
			"the base line differs: with all controlled%s, "
			"the results of %zu runs are not the same, so "
			"nothing can be blamed",
			b->turns ? ", the threads' order too" : "",
			(size_t)b->k);
	return ret;
}

/* ---- the threads' order ---- */

/* What is left to chance about it, is counted. */
static void count(struct blaming *b, struct cause *c,
		  const struct attempt *base, struct span s,
		  const struct attempt **changed)
{
	struct attempts *a = &b->r.attempts;

	for (size_t i = s.from; i < s.to; i++) {
		if (a->at[i] == base)
			continue;
		c->runs++;
		if (!order_differs(&b->r, base, a->at[i]))
			continue;
		c->times++;
		if (!*changed)
			*changed = a->at[i];
	}
}

/* Where a race is rare, few runs show it. For each that other causes get: */
#define ORDERS 4
#define NATIVE 4

/* In the orders of these seeds, from `from` on. */
static int try_orders(struct blaming *b, uint64_t from, uint64_t to)
{
	struct order *o = calloc((size_t)(to - from + 1), sizeof(*o));
	const struct trial **list =
		calloc((size_t)(to - from + 1), sizeof(*list));
	double limit = order_limit(b->base->outcome.seconds);
	size_t n = 0;
	int ret = o && list ? 0 : -ENOMEM;

	for (uint64_t k = from; k <= to && !ret; k++, n++) {
		order_make(&o[n], &b->r.trial, k);
		if (!(o[n].trial.timeout > 0))
			o[n].trial.timeout = limit;
		list[n] = &o[n].trial;
	}
	b->r.attempts.any_end = true;
	if (!ret)
		ret = repeat_make(&b->r, &b->v, list, n);
	b->r.attempts.any_end = false;
	free(list);
	free(o);
	return ret;
}

/* As the system lets them, beside a base line in turns. */
static int try_native(struct blaming *b)
{
	struct order *o = calloc(1, sizeof(*o));
	int ret = -ENOMEM;

	if (!o)
		return ret;
	order_none(o, &b->r.trial);
	ret = repeat_more(&b->r, &b->v, &o->trial, (size_t)b->k);
	free(o);
	return ret;
}

/* All else is tried in turns from now on. */
static int go_on_in_turns(struct blaming *b, const struct attempt **other)
{
	order_make(&b->plain, &b->r.trial, 0);
	order_make(&b->full, &b->r.full, 0);
	b->r.trial = b->plain.trial;
	b->r.full = b->full.trial;
	b->turns = true;
	return blaming_base(b, other);
}

/* Runs may well be slower in turns; but not without end. */
#define SLOWER 5
#define SLOWER_BY 2.0 /* seconds */

static bool usable(const struct blaming *b, const struct attempt *a)
{
	return a->outcome.how == ENDED && !order_deadlocked(a) &&
	       a->outcome.seconds <=
		       SLOWER * b->base->outcome.seconds + SLOWER_BY;
}

/* The base line is in turns already. */
static int beside_turns(struct blaming *b, struct cause *c)
{
	struct attempts *a = &b->r.attempts;
	const struct attempt *changed = NULL;
	size_t first = a->n, native;
	int ret = try_native(b);

	native = a->n;
	if (!ret)
		ret = try_orders(b, 1, ORDERS * b->k);
	if (ret)
		return ret;
	count(b, c, b->base, (struct span){ first, a->n }, &changed);
	return cause_judge(c, &b->r, b->base, b->line,
			   (struct span){ first, native }, changed,
			   &b->metrics);
}

/* Counts in `c` what other orders do. *base: what *changed differs from. */
static int try_threads(struct blaming *b, struct cause *c, size_t in_turns,
		       const struct attempt **base,
		       const struct attempt **changed)
{
	struct attempts *a = &b->r.attempts;
	int ret = try_orders(b, 1, ORDERS * b->k);
	size_t native = a->n;

	if (ret)
		return ret;
	*base = a->at[in_turns];
	count(b, c, *base, (struct span){ in_turns, native }, changed);
	if (*changed)
		return 0;
	*base = b->base;
	ret = repeat_more(&b->r, &b->v, &b->r.trial,
			  (size_t)((NATIVE - 1) * b->k));
	if (!ret)
		count(b, c, *base, (struct span){ native, a->n }, changed);
	return ret;
}

/* The plain base line's runs are as the system let the threads run. */
static int beside_plain(struct blaming *b, struct cause *c,
			const struct attempt *changed, size_t in_turns,
			bool *good)
{
	const struct attempt *base = b->base, *other;
	struct span plain = b->line;
	int ret = 0;

	count(b, c, base, plain, &changed);
	if (!changed)
		ret = try_threads(b, c, in_turns, &base, &changed);
	if (!ret)
		ret = go_on_in_turns(b, &other);
	if (ret)
		return ret;
	*good = !other;
	if (other)
		return blaming_differs(b, other);
	return cause_judge(c, &b->r, base, b->line, plain, changed,
			   &b->metrics);
}

int blaming_threads(struct blaming *b, struct cause *c,
		    const struct attempt *other, bool *good)
{
	struct attempts *a = &b->r.attempts;
	size_t first = a->n;
	int ret;

	*good = !other;
	c->runs = c->times = 0;
	c->skipped = attempts_late(&b->r.attempts);
	if (b->turns || c->skipped)
		return other	    ? blaming_differs(b, other)
		       : c->skipped ? 0
				    : beside_turns(b, c);
	ret = try_orders(b, 0, 0);
	if (!ret && usable(b, a->at[first]))
		return beside_plain(b, c, other, first, good);
	c->skipped = true;
	return ret || !other ? ret : blaming_differs(b, other);
}
