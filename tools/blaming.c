/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blaming.h"
#include "suspects.h"

/* ---- base lines ---- */

static const struct attempt *other_than(struct blaming *b,
					const struct attempt *base,
					struct span s)
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

int blaming_again(struct blaming *b, const struct attempt **other)
{
	struct attempts *a = &b->r.attempts;
	size_t first = a->n;
	int ret = repeat_more(&b->r, &b->v, &b->r.trial, (size_t)b->k);

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
		ret = verdict_say(&b->v,
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

/* Where a race is rare, few orders show it. */
#define ORDERS 4 /* for each run that other causes get */

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

static bool ended(const struct attempt *a)
{
	return a->outcome.how == ENDED && !order_deadlocked(a);
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

/* `x` and `y` differ, or there is no y, and only the order may have done it. */
static int settle(struct blaming *b, struct cause *c, const struct attempt *x,
		  const struct attempt *y, struct span native, bool *good)
{
	const struct attempt *other = NULL;
	int ret;

	if (!y)
		return cause_judge(c, &b->r, x, b->line, native, NULL,
				   &b->metrics);
	ret = go_on_in_turns(b, &other);
	if (!ret && other) {
		*good = false;
		return blaming_differs(b, other);
	}
	if (!ret)
		ret = cause_judge(c, &b->r, x, b->line, native, y,
				  &b->metrics);
	if (!ret)
		b->v.is = VERDICT_DIFFERENT;
	return ret;
}

int blaming_threads(struct blaming *b, struct cause *c,
		    const struct attempt *other, bool *good)
{
	struct attempts *a = &b->r.attempts;
	const struct attempt *base = b->base, *in_turns, *changed = other;
	struct span native = b->line;
	size_t first = a->n;
	int ret;

	*good = true;
	c->runs = c->times = 0;
	if (b->turns && !other)
		return beside_turns(b, c);
	ret = b->turns ? 0 : try_orders(b, 0, 0);
	in_turns = ret || b->turns ? NULL : a->at[first];
	if (!ret && (!in_turns || !ended(in_turns))) {
		c->skipped = true;
		*good = !other;
		return other ? blaming_differs(b, other) : 0;
	}
	if (!ret && !other)
		ret = try_orders(b, 1, ORDERS * b->k);
	if (ret)
		return ret;
	count(b, c, base, native, &changed);
	if (changed)
		return settle(b, c, base, changed, native, good);
	count(b, c, in_turns, (struct span){ first, a->n }, &changed);
	return settle(b, c, in_turns, changed, native, good);
}
