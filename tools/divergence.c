/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "divergence.h"

#define MOST 4096 /* places that are told; more help nobody */

/* ---- what a call is, apart from its value ---- */

/* Of each counter a number that is equal in both runs: source, place, and
 * whether it was served as cryptography. */
struct classes {
	uint64_t *of; /* by slot */
	size_t n;
};

static uint64_t class_of(const struct log *log, const struct sb_counter *c)
{
	const struct source_name *s = &log->source[c->source];
	const struct sb_site *site = log_site(log, c->site);
	struct {
		uint64_t name, group, site, policy;
	} what = { XXH3_64bits(s->name, strlen(s->name)),
		   XXH3_64bits(s->group, strlen(s->group)),
		   site ? site->hash : 0, c->policy & SB_CRYPTO };

	return XXH3_64bits(&what, sizeof(what)) | 1;
}

static int classes_make(struct classes *k, const struct log *log)
{
	k->n = log ? log->ncounters : 0;
	k->of = calloc(k->n + 1, sizeof(*k->of));
	if (!k->of)
		return -ENOMEM;
	for (size_t i = 0; i < k->n; i++)
		if (log->counter[i])
			k->of[i] = class_of(log, log->counter[i]);
	return 0;
}

/* An event without a counter has lost its place, not its source. */
static uint64_t class_of_event(const struct classes *k, const struct log *log,
			       const struct sb_event *e)
{
	uint32_t slot = e->counter - 1;
	const char *name;

	if (slot < k->n && k->of[slot])
		return k->of[slot];
	name = log->source[e->source].name;
	return XXH3_64bits(name, strlen(name));
}

/* ---- collecting ---- */

struct search {
	struct divergences *d;
	size_t room;
	struct seen {
		uint64_t key; /* class of a place that was told */
	} seen[MOST * 2];
};

/* True once a class: a hash table that never fills, as there are MOST. */
static bool first_of(struct search *s, uint64_t class)
{
	size_t i = (size_t) class % (MOST * 2);

	while (s->seen[i].key && s->seen[i].key != class)
		i = (i + 1) % (MOST * 2);
	if (s->seen[i].key)
		return false;
	s->seen[i].key = class;
	return true;
}

static int add(struct search *s, const struct divergence *what)
{
	struct divergences *d = s->d;
	struct divergence *at = d->at;

	if (d->n == MOST)
		return 0;
	if (d->n == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		at = realloc(at, s->room * sizeof(*at));
		if (!at)
			return -ENOMEM;
		d->at = at;
	}
	at[d->n] = *what;
	at[d->n].order = d->n;
	d->n++;
	return 0;
}

static struct moment moment(const struct log *log, const struct sb_event *e)
{
	const struct sb_counter *c = e ? event_counter(log, e) : NULL;

	return (struct moment){ log, e, c, c ? log_site(log, c->site) : NULL };
}

static void name(struct divergence *d)
{
	int side =
		d->at[0].event || (!d->at[1].event && d->at[0].counter) ? 0 : 1;
	const struct moment *m = &d->at[side];
	uint32_t source = m->event ? m->event->source : m->counter->source;

	d->source = m->log->source[source].name;
	d->group = m->log->source[source].group;
	d->clock = m->event ? m->event->clock : 0;
}

/* ---- one thread by its events ---- */

/* Both sides, as far as they were read. */
struct side {
	const struct log *log;
	const struct classes *classes;
	struct events it;
	const struct sb_event *event;
	uint64_t next; /* the number of the one behind it, in its thread */
	bool writes;   /* all others are passed over */
};

static void step(struct side *s)
{
	do {
		s->event = s->log ? events_next(&s->it) : NULL;
		s->next++;
	} while (s->event && s->writes &&
		 strcmp(s->log->source[s->event->source].group, SB_OUTPUT));
}

/* What a numeric call read and wrote, where that was looked at. */
static int details(const struct side s[2], bool *operands_equal)
{
	const struct sb_event *a = events_detail(&s[0].it);
	const struct sb_event *b = events_detail(&s[1].it);

	*operands_equal = a && b && a->value == b->value;
	if (!a || !b)
		return a != b;
	return a->value != b->value || a->length != b->length;
}

static bool equal(const struct sb_event *a, const struct sb_event *b)
{
	return a->value == b->value && a->length == b->length;
}

/* *apart: the threads did not make the same calls to the end. */
static int compare_thread(struct search *search, struct side s[2],
			  const char *process, const char *thread, bool *apart)
{
	bool first = true;
	int ret = 0;

	step(&s[0]);
	step(&s[1]);
	while (!ret && (s[0].event || s[1].event)) {
		const struct sb_event *a = s[0].event, *b = s[1].event;
		uint64_t ka = a ? class_of_event(s[0].classes, s[0].log, a) : 0;
		uint64_t kb = b ? class_of_event(s[1].classes, s[1].log, b) : 0;
		bool operands_equal = false;

		if (ka != kb || !equal(a, b) || details(s, &operands_equal)) {
			struct divergence d = {
				.at = { moment(s[0].log, a),
					moment(s[1].log, b) },
				.process = process,
				.thread = thread,
				.index = (a ? s[0].next : s[1].next) - 1,
				.operands_equal = operands_equal && ka == kb,
			};

			name(&d);
			if (first_of(search, ka ? ka : kb) || first)
				ret = add(search, &d);
			first = false;
		}
		search->d->compared++;
		/* From here on other calls: which belong together is not
		 * known. */
		*apart = ka != kb;
		if (*apart)
			break;
		step(&s[0]);
		step(&s[1]);
	}
	return ret;
}

/* ---- one thread by its counters ---- */

struct counted {
	const struct sb_counter *counter;
	uint64_t class;
	size_t order;
};

static int by_class(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static struct counted *counters_of(const struct log *log,
				   const struct classes *k, uint32_t thread,
				   size_t *n)
{
	struct counted *list =
		calloc((log ? log->ncounters : 0) + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; list && log && i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];

		if (c && c->thread == thread && c->count)
			list[(*n)++] = (struct counted){ c, k->of[i], i };
	}
	if (list && *n)
		qsort(list, *n, sizeof(*list), by_class);
	return list;
}

static struct moment counter_moment(const struct log *log,
				    const struct counted *c)
{
	return (struct moment){ log, NULL, c ? c->counter : NULL,
				c ? log_site(log, c->counter->site) : NULL };
}

static int compare_counters(struct search *search, struct side s[2],
			    const uint32_t id[2], const char *process,
			    const char *thread)
{
	size_t n[2], i = 0, k = 0;
	struct counted *a = counters_of(s[0].log, s[0].classes, id[0], &n[0]);
	struct counted *b = counters_of(s[1].log, s[1].classes, id[1], &n[1]);
	int ret = a && b ? 0 : -ENOMEM;

	while (!ret && (i < n[0] || k < n[1])) {
		int order = i == n[0]		      ? 1
			    : k == n[1]		      ? -1
			    : a[i].class < b[k].class ? -1
			    : a[i].class > b[k].class ? 1
						      : 0;
		const struct counted *x = order <= 0 ? &a[i++] : NULL;
		const struct counted *y = order >= 0 ? &b[k++] : NULL;
		struct divergence d = {
			.at = { counter_moment(s[0].log, x),
				counter_moment(s[1].log, y) },
			.process = process,
			.thread = thread,
		};

		if (x && y && x->counter->count == y->counter->count &&
		    x->counter->digest == y->counter->digest &&
		    x->counter->bytes == y->counter->bytes)
			continue;
		name(&d);
		d.clock = x ? x->order : y->order;
		if (first_of(search, x ? x->class : y->class))
			ret = add(search, &d);
	}
	free(a);
	free(b);
	return ret;
}

/* ---- processes and their threads ---- */

/* The id of the thread of this name; 0: there is none. */
static uint32_t thread_named(const struct log *log, const char *path)
{
	for (size_t i = 0; log && i < log->nthreads; i++) {
		const struct sb_thread *t = log->thread[i];

		if (t && !strcmp(t->path, path))
			return (uint32_t)i + 1;
	}
	return 0;
}

static void sides(struct side s[2], const struct log *log[2],
		  const struct classes k[2], const uint32_t id[2], bool writes)
{
	for (int i = 0; i < 2; i++) {
		s[i] = (struct side){ .log = id[i] ? log[i] : NULL,
				      .classes = &k[i],
				      .writes = writes };
		if (s[i].log)
			events_start(&s[i].it, log[i], id[i]);
	}
}

static int compare_pair(struct search *search, const struct log *log[2],
			const struct classes k[2], const uint32_t id[2],
			const char *process, const char *thread)
{
	bool apart = false, native = false;
	struct side s[2];
	int ret;

	for (int i = 0; i < 2; i++)
		native |= log[i] && log[i]->head.mode == SB_AUDIT;
	sides(s, log, k, id, false);
	if (!search->d->events)
		return compare_counters(search, s, id, process, thread);
	ret = compare_thread(search, s, process, thread, &apart);
	/* What comes out is looked for behind that, too. */
	if (!ret && apart) {
		sides(s, log, k, id, true);
		ret = compare_thread(search, s, process, thread, &apart);
		apart = true;
	}
	/* Without control, threads part early for reasons that may not matter:
	 * what else differs in them is told, too, though not in which order. */
	if (!ret && apart && native)
		ret = compare_counters(search, s, id, process, thread);
	return ret;
}

static int compare_threads(struct search *search, const struct log *log[2],
			   const struct classes k[2])
{
	const char *process = log[0] ? log[0]->head.path : log[1]->head.path;
	int ret = 0;

	for (int side = 0; side < 2 && !ret; side++)
		for (size_t i = 0; log[side] && i < log[side]->nthreads && !ret;
		     i++) {
			const struct sb_thread *t = log[side]->thread[i];
			uint32_t id[2] = { 0 };

			if (!t)
				continue;
			id[side] = (uint32_t)i + 1;
			id[!side] = thread_named(log[!side], t->path);
			/* B's own threads only, the second time. */
			if (side && id[0])
				continue;
			ret = compare_pair(search, log, k, id, process,
					   t->path);
		}
	return ret;
}

static int compare_logs(struct search *search, const struct log *a,
			const struct log *b)
{
	const struct log *log[2] = { a, b };
	struct classes k[2] = { { 0 } };
	int ret = classes_make(&k[0], a);

	if (!ret)
		ret = classes_make(&k[1], b);
	if (!ret)
		ret = compare_threads(search, log, k);
	free(k[0].of);
	free(k[1].of);
	return ret;
}

static int log_order(const struct log *a, const struct log *b)
{
	int order = lineage_compare(a->head.path, b->head.path);

	return order ? order
		     : (a->head.exec > b->head.exec) -
			       (a->head.exec < b->head.exec);
}

static bool traced(const struct rundir *run)
{
	for (size_t i = 0; i < run->nlogs; i++)
		if (run->log[i].nevents)
			return true;
	return false;
}

static bool whole(const struct rundir *run)
{
	for (size_t i = 0; i < run->nlogs; i++)
		if (run->log[i].head.dropped ||
		    run->log[i].head.flags & (SB_DEGRADED | SB_TRACE_LIMITED))
			return false;
	return !run->damaged;
}

/* By when it happened, as far as the logical clock tells; then by lineage. */
static int by_time(const void *a, const void *b)
{
	const struct divergence *x = a, *y = b;
	int order;

	if (x->clock != y->clock)
		return x->clock < y->clock ? -1 : 1;
	order = lineage_compare(x->process, y->process);
	if (!order)
		order = lineage_compare(x->thread, y->thread);
	if (order)
		return order;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

int divergences_find(struct divergences *d, const struct rundir *a,
		     const struct rundir *b)
{
	struct search *search = calloc(1, sizeof(*search));
	size_t i = 0, k = 0;
	int ret = search ? 0 : -ENOMEM;

	*d = (struct divergences){ .events = traced(a) && traced(b),
				   .complete = whole(a) && whole(b) };
	if (search)
		search->d = d;
	/* Both are sorted. */
	while (!ret && (i < a->nlogs || k < b->nlogs)) {
		int order = i == a->nlogs   ? 1
			    : k == b->nlogs ? -1
					    : log_order(&a->log[i], &b->log[k]);
		const struct log *x = order <= 0 ? &a->log[i++] : NULL;
		const struct log *y = order >= 0 ? &b->log[k++] : NULL;

		ret = compare_logs(search, x, y);
	}
	if (d->n)
		qsort(d->at, d->n, sizeof(*d->at), by_time);
	free(search);
	return ret;
}

void divergences_free(struct divergences *d)
{
	free(d->at);
	*d = (struct divergences){ 0 };
}
