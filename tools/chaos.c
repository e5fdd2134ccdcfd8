/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos.h"
#include "orders.h"
#include "suspects.h"
#include "turnsreport.h"

#define TWICE_MOST 8 /* results that are made a second time */

/* A result, and the orders that came to it. */
struct found {
	const struct attempt *first;
	uint64_t seed; /* of the first; 0: the plain order */
	size_t orders;
	enum again again;
};

struct hunt {
	struct repeat *r;
	struct verdict *v;
	struct trial plain, full; /* what orders are made of */
	struct found *found;
	size_t n;
	size_t orders; /* tried, the plain one included */
};

/* ---- results ---- */

static struct found *find(struct hunt *h, const struct attempt *a)
{
	for (size_t i = 0; i < h->n; i++)
		if (!order_differs(h->r, h->found[i].first, a))
			return &h->found[i];
	return NULL;
}

static int note(struct hunt *h, const struct attempt *a, uint64_t seed)
{
	struct found *f = find(h, a);

	h->orders++;
	if (f) {
		f->orders++;
		return 0;
	}
	f = realloc(h->found, (h->n + 1) * sizeof(*f));
	if (!f)
		return -ENOMEM;
	h->found = f;
	f[h->n++] = (struct found){ .first = a, .seed = seed, .orders = 1 };
	return 0;
}

/* Those with seeds from `seed` on, side by side. */
static int try_some(struct hunt *h, struct order *o, uint64_t seed, size_t n)
{
	const struct trial *list[n];
	struct attempts *a = &h->r->attempts;
	size_t first = a->n;
	int ret;

	for (size_t i = 0; i < n; i++) {
		order_make(&o[i], &h->plain, seed + i);
		list[i] = &o[i].trial;
	}
	ret = repeat_make(h->r, h->v, list, n);
	for (size_t i = 0; i < n && !ret; i++)
		ret = note(h, a->at[first + i], seed + i);
	return ret;
}

static int try_all(struct hunt *h, uint64_t seeds)
{
	size_t jobs = h->r->attempts.jobs ? h->r->attempts.jobs : 1;
	struct order *o = calloc(jobs, sizeof(*o));
	int ret = o ? 0 : -ENOMEM;

	for (uint64_t k = 1; k <= seeds && !ret; k += jobs) {
		uint64_t left = seeds - k + 1;

		if (attempts_late(&h->r->attempts))
			break;
		ret = try_some(h, o, k, left < jobs ? (size_t)left : jobs);
	}
	free(o);
	return ret;
}

/* ---- a second time ---- */

static int once_more(struct hunt *h, struct found *f, const struct trial *from)
{
	struct order *o = calloc(1, sizeof(*o));
	struct attempts *a = &h->r->attempts;
	const struct trial *t = o ? &o->trial : NULL;
	int ret = -ENOMEM;

	if (o) {
		order_make(o, from, f->seed);
		ret = repeat_make(h->r, h->v, &t, 1);
	}
	if (!ret)
		f->again = order_differs(h->r, f->first, a->at[a->n - 1])
				   ? AGAIN_OTHER
				   : AGAIN_SAME;
	free(o);
	return ret;
}

/* The plain order and the first that ends otherwise, with every event: where
 * they part. */
static int part(struct hunt *h)
{
	struct attempts *a = &h->r->attempts;
	unsigned long long events;
	bool complete;
	size_t first = a->n, k = 1;
	int ret;

	while (k < h->n && h->found[k].first->outcome.how == TIMED_OUT)
		k++;
	if (k == h->n)
		return 0;
	ret = once_more(h, &h->found[0], &h->full);
	if (!ret)
		ret = once_more(h, &h->found[k], &h->full);
	if (!ret && h->found[0].again == AGAIN_SAME &&
	    h->found[k].again == AGAIN_SAME)
		ret = suspects_find(h->v, a->at[first]->outcome.dir,
				    a->at[first + 1]->outcome.dir, false,
				    &events, &complete);
	if (!ret && h->v->suspects)
		attempts_written(h->v, a, a->at[first], a->at[first + 1]);
	/* What made it differ is known: the order. */
	for (size_t i = 0; i < h->v->suspects; i++) {
		free(h->v->suspect[i].cure);
		h->v->suspect[i].cure = NULL;
	}
	return ret;
}

static int repeat_all(struct hunt *h)
{
	int ret = h->n > 1 ? part(h) : 0;

	for (size_t i = 0; i < h->n && i < TWICE_MOST && !ret; i++) {
		struct found *f = &h->found[i];

		if (f->again == AGAIN_NOT && f->first->outcome.how == ENDED &&
		    !attempts_late(&h->r->attempts))
			ret = once_more(h, f, &h->plain);
		if (!ret && f->again == AGAIN_OTHER)
			ret = verdict_add_uncontrolled(
				h->v, "not the order alone: a second run in "
				      "the same order came to another result");
	}
	return ret;
}

/* A degraded run's order is not all its seed's. */
static int note_degraded(struct hunt *h, const struct attempt *a)
{
	struct turns turns;
	struct rundir run;
	char *text = NULL, *said = NULL;
	int ret = 0;

	if (!rundir_open(&run, a->outcome.dir)) {
		turns_count(&turns, &run);
		text = turns_degraded(&turns);
	}
	rundir_close(&run);
	if (text && asprintf(&said,
			     "degraded: run %s had %s; from there on the "
			     "order is not the seed's alone",
			     attempt_name(a), text) < 0)
		said = NULL;
	if (said)
		ret = verdict_add_uncontrolled(h->v, said);
	free(said);
	free(text);
	return ret;
}

/* ---- the verdict ---- */

static int add_row(struct hunt *h, const struct found *f)
{
	struct order *o = calloc(1, sizeof(*o));
	char *text, *how, name[48] = "no schedule seed";
	int ret;

	if (!o)
		return -ENOMEM;
	order_make(o, &h->r->trial, f->seed);
	if (f->seed)
		snprintf(name, sizeof(name), "schedule seed %s", o->seed);
	text = f->seed ? order_difference(h->r, h->found[0].first, f->first)
		       : NULL;
	how = order_command(&o->trial);
	ret = how ? verdict_add_order(h->v, name, how, text, f->orders,
				      f->again)
		  : -ENOMEM;
	free(text);
	free(how);
	free(o);
	return ret;
}

static int conclude(struct hunt *h, uint64_t wanted)
{
	const char *late = h->orders < wanted + 1
				   ? "; more were not tried (--max-time)"
				   : "";

	if (h->n == 1)
		return verdict_say(h->v,
				   "the same in %zu orders of the threads' "
				   "turns%s%s",
				   h->orders,
				   run_threaded(h->found[0].first->outcome.dir)
					   ? ""
					   : "; the program starts no threads",
				   late);
	h->v->is = VERDICT_DIFFERENT;
	return verdict_say(h->v,
			   "%zu results in %zu orders of the threads' turns: "
			   "there is a race%s",
			   h->n, h->orders, late);
}

int chaos(struct repeat *r, struct verdict *v, const struct attempt *base,
	  size_t n)
{
	struct hunt h = { .r = r, .v = v, .plain = r->trial, .full = r->full };
	int ret;

	if (!(h.plain.timeout > 0))
		h.plain.timeout = h.full.timeout =
			order_limit(base->outcome.seconds);
	r->attempts.planned = r->attempts.n + n;
	r->attempts.any_end = true;
	ret = note(&h, base, 0);
	if (!ret)
		ret = try_all(&h, n);
	if (!ret)
		ret = repeat_all(&h);
	for (size_t i = 0; i < h.n && !ret; i++)
		ret = note_degraded(&h, h.found[i].first);
	for (size_t i = 0; i < h.n && !ret && h.n > 1; i++)
		ret = add_row(&h, &h.found[i]);
	if (!ret)
		ret = conclude(&h, n);
	r->attempts.any_end = false;
	free(h.found);
	return ret;
}
