/* SPDX-License-Identifier: MIT */
/*
 * Tasks run at once, where they are made, so that each finds done what it
 * depends on. Those that are made too deep within each other, as by who goes
 * along a list, are put off, and with them all that come after, until their
 * maker's member waits for them: then they run in the order in which they were
 * made.
 */
#include <string.h>

#include "sys.h"
#include "team.h"
#include "banned.h"

#define DEEPEST 64

/* omp_event_handle_t leads to one; its task is through when it is fulfilled. */
struct event {
	struct event *next; /* of the same task's */
	struct task *maker; /* NULL: it has ended */
	struct team *team;
	struct crew *crew;
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *data;
	size_t size; /* of it */
	unsigned flags;
	struct settings set;
	struct group *group;
	bool final;
};

/* In front of all that a task made and which still waits. */
static void orphan(struct task *t)
{
	for (struct event *e = t->events; e; e = e->next)
		e->maker = NULL;
}

static struct task begin(struct member *m, const struct settings *set,
			 bool final)
{
	return (struct task){ .up = m->task, .set = *set,
			      .depth = m->task->depth + 1, .final = final };
}

static void run(struct member *m, struct task *t, void (*fn)(void *),
		void *data)
{
	m->task = t;
	fn(data);
	crew_take(m->hand);
	m->task = t->up;
	orphan(t);
}

static void run_deferred(struct member *m, struct deferred *d)
{
	struct task t = begin(m, &d->set, d->final);

	t.group = d->group;
	if (!d->group || !d->group->cancelled)
		run(m, &t, d->fn, d->data);
	team_memory_free(d->data, d->size);
	team_memory_free(d, sizeof(*d));
}

void task_drain(struct member *m)
{
	struct deferred *d;

	while ((d = m->first)) {
		m->first = d->next;
		if (!m->first)
			m->last = NULL;
		run_deferred(m, d);
	}
}

static size_t room_of(const struct task_call *c)
{
	size_t size = c->size > 16 ? c->size : 16;

	return size > c->align ? size : c->align;
}

static void *copy_of(const struct task_call *c)
{
	void *data = team_memory(room_of(c));

	if (c->copy)
		c->copy(data, c->data);
	else
		memcpy(data, c->data, c->size);
	return data;
}

static void put_off(struct member *m, const struct task_call *c, bool final)
{
	struct deferred *d = team_memory(sizeof(*d));

	d->fn = c->fn;
	d->data = c->own ? c->data : copy_of(c);
	d->size = room_of(c);
	d->set = m->task->set;
	d->group = m->task->group;
	d->final = final;
	if (m->last)
		m->last->next = d;
	else
		m->first = d;
	m->last = d;
}

static void run_now(struct member *m, const struct task_call *c, bool final)
{
	struct task t = begin(m, &m->task->set, final);
	void *data = c->copy && !c->own ? copy_of(c) : c->data;

	t.group = m->task->group;
	run(m, &t, c->fn, data);
	if (c->copy || c->own)
		team_memory_free(data, room_of(c));
}

static void make_event(struct member *m, const struct task_call *c)
{
	struct event *e = team_memory(sizeof(*e));

	e->maker = m->task;
	e->team = m->team;
	e->crew = m->hand->crew;
	e->next = m->task->events;
	m->task->events = e;
	m->team->events++;
	*c->event = e;
	if (c->data)
		*(void **)c->data = e;
}

static bool dropped(const struct member *m)
{
	return m->team->cancelled ||
	       (m->task->group && m->task->group->cancelled);
}

void task_make(struct member *m, const struct task_call *c)
{
	bool final = m->task->final || c->flags & TASK_FINAL;

	crew_take(m->hand);
	if (dropped(m)) {
		if (c->own)
			team_memory_free(c->data, room_of(c));
		return;
	}
	if (c->flags & TASK_DEPEND && m->task->events)
		task_wait(m);
	if (c->flags & TASK_DETACH)
		make_event(m, c);
	if (c->now || final) {
		if (c->flags & TASK_DEPEND)
			task_drain(m);
		run_now(m, c, final);
	} else if (m->first || m->task->depth >= DEEPEST) {
		put_off(m, c, final);
	} else {
		run_now(m, c, final);
		if (!m->task->depth)
			task_drain(m);
	}
}

void task_wait(struct member *m)
{
	crew_take(m->hand);
	task_drain(m);
	while (m->task->events && !m->team->cancelled)
		crew_wait(m->hand, &m->team->events, "a task's event");
}

void task_finish(struct member *m)
{
	if (m->first)
		task_drain(m);
	while (__builtin_expect(m->team->events, 0) && !m->team->cancelled)
		crew_wait(m->hand, &m->team->events, "a task's event");
	orphan(&m->part);
	m->part.events = NULL;
}

/* From any thread, also of no region. */
void task_fulfil(void *event)
{
	struct event *e = event, **at;
	struct crew *c = e->crew;
	struct team *t = e->team;

	if (hand_me)
		crew_take(hand_me);
	if (e->maker) {
		for (at = &e->maker->events; *at != e; at = &(*at)->next)
			;
		*at = e->next;
	}
	__atomic_sub_fetch(&t->events, 1, __ATOMIC_ACQ_REL);
	crew_wake(c, &t->events);
	team_memory_free(e, sizeof(*e));
}

/* Groups. */

void group_open(struct member *m)
{
	struct group *g = team_memory(sizeof(*g));

	g->up = m->task->group;
	g->reductions = g->up ? g->up->reductions : NULL;
	m->task->group = g;
}

void group_close(struct member *m)
{
	struct group *g;

	task_wait(m);
	g = m->task->group;
	if (!g)
		return;
	m->task->group = g->up;
	team_memory_free(g, sizeof(*g));
}

/*
 * Reductions of tasks. GCC's code describes a number of them by words: how many
 * variables; the bytes that one member's copies take; their alignment, which
 * becomes where all copies begin; the allocator; the next description; a word
 * for the runtime; where the copies end; then for each variable its address,
 * where it lies in a member's copies, and a word for the runtime.
 */
enum { COUNT, BYTES, BEGIN, ALLOCATOR, NEXT, OURS, END, VARIABLE };
#define WORDS_OF_VARIABLE 3

static size_t aligned(uintptr_t size, uintptr_t alignment)
{
	return size > alignment ? size : alignment;
}

/* The word of ours: the size of the copies' memory, times 2, and 1 more in the
 * first of those that are described together. */
void reductions_make(struct group *g, uintptr_t *data, uintptr_t *first,
		     unsigned n)
{
	uintptr_t *d = data;
	size_t size;

	for (;; d = (uintptr_t *)d[NEXT]) {
		if (first) {
			d[BEGIN] = first[BEGIN];
			d[END] = first[END];
			d[OURS] = first[OURS];
			first = (uintptr_t *)first[NEXT];
		} else {
			size = aligned(d[BYTES] * n, d[BEGIN]);
			d[BEGIN] = (uintptr_t)team_memory(size);
			d[END] = d[BEGIN] + d[BYTES] * n;
			d[OURS] = size * 2 + (d == data);
		}
		if (!d[NEXT])
			break;
	}
	d[NEXT] = (uintptr_t)g->reductions;
	g->reductions = data;
}

/* The library has an address there. */
bool reductions_ours(const uintptr_t *data)
{
	return data[OURS] & 1;
}

void reductions_free(uintptr_t *data)
{
	uintptr_t *d = data;

	do {
		team_memory_free((void *)d[BEGIN], d[OURS] / 2);
		d = (uintptr_t *)d[NEXT];
	} while (d && !(d[OURS] & 1));
}

/* The variable, by its own address or that of a copy; and the offset of its
 * copies. NULL: none is described. */
static uintptr_t *find(uintptr_t *d, uintptr_t at, uintptr_t *offset,
		       uintptr_t *original)
{
	uintptr_t *v;

	for (; d; d = (uintptr_t *)d[NEXT]) {
		bool copy = at >= d[BEGIN] && at < d[END];

		*offset = copy ? (at - d[BEGIN]) % d[BYTES] : 0;
		for (uintptr_t i = 0; i < d[COUNT]; i++) {
			v = d + VARIABLE + WORDS_OF_VARIABLE * i;
			if (copy ? v[1] != *offset : v[0] != at)
				continue;
			*offset = v[1];
			*original = v[0];
			return d;
		}
		if (copy) {
			*original = at;
			return d;
		}
	}
	return NULL;
}

void reductions_remap(struct member *m, size_t n, size_t originals, void **at)
{
	struct group *g = m->task->group;
	uintptr_t *d, offset, original;

	for (size_t i = 0; g && i < n; i++) {
		d = find(g->reductions, (uintptr_t)at[i], &offset, &original);
		if (!d)
			continue;
		at[i] = (void *)(d[BEGIN] + m->id * d[BYTES] + offset);
		if (i < originals)
			at[n + i] = (void *)original;
	}
}

/* Cancelling: `which` as GCC's code has it. */
enum { PARALLEL = 1, LOOP = 2, SECTIONS = 4, GROUP = 8 };

bool team_cancelled(struct member *m, unsigned which)
{
	if (!m->team->cancels)
		return false;
	crew_take(m->hand);
	if (m->team->cancelled)
		return true;
	if (which & (LOOP | SECTIONS))
		return m->share && m->share->cancelled;
	if (which & GROUP)
		return m->task->group && m->task->group->cancelled;
	return false;
}

bool team_cancel(struct member *m, unsigned which, bool yes)
{
	if (!yes || !m->team->cancels)
		return team_cancelled(m, which);
	crew_take(m->hand);
	if (which & (LOOP | SECTIONS)) {
		if (m->share)
			m->share->cancelled = true;
	} else if (which & GROUP) {
		if (m->task->group)
			m->task->group->cancelled = true;
	} else {
		m->team->cancelled = true;
		for (unsigned i = 0; i < m->team->n; i++)
			crew_wake(m->hand->crew,
				  &team_member(m, i)->ordered);
		crew_wake(m->hand->crew, &m->team->phase);
		crew_wake(m->hand->crew, &m->team->events);
	}
	return true;
}

/* Loops of tasks: iterations from start to before end, in pieces. */

struct pieces {
	uint64_t n;	/* pieces */
	uint64_t size;	/* iterations of each, */
	uint64_t larger; /* of the first so many: one more */
};

static struct pieces by_grain(uint64_t total, uint64_t grain, bool strict)
{
	uint64_t n;

	if (!grain)
		grain = 1;
	if (strict)
		return (struct pieces){ (total - 1) / grain + 1, grain, 0 };
	n = total / grain;
	if (n < 2)
		return (struct pieces){ 1, total, 0 };
	return (struct pieces){ n, total / n, total % n };
}

static struct pieces by_number(uint64_t total, uint64_t n)
{
	if (n > total)
		n = total;
	return (struct pieces){ n, total / n, total % n };
}

void task_loop(struct member *m, const struct task_call *c, uint64_t number,
	       const struct loop *l)
{
	uint64_t first = 0, after, *bounds;
	struct task_call each = *c;
	struct pieces p;

	crew_take(m->hand);
	if (!l->total || dropped(m))
		return;
	if (c->flags & TASK_GRAINSIZE)
		p = by_grain(l->total, number, c->flags & TASK_STRICT);
	else
		p = by_number(l->total, number ? number : m->team->n);
	if (!(c->flags & TASK_NOGROUP)) {
		group_open(m);
		if (c->flags & TASK_REDUCTION)
			reductions_make(m->task->group,
					((uintptr_t **)c->data)[2], NULL,
					m->team->n);
	}
	each.own = true;
	each.flags &= ~(unsigned)TASK_DETACH;
	for (uint64_t i = 0; i < p.n; i++, first = after) {
		after = first + p.size + (i < p.larger);
		if (after > l->total)
			after = l->total;
		each.data = bounds = copy_of(c);
		bounds[0] = l->start + first * l->step;
		bounds[1] = l->start + after * l->step;
		task_make(m, &each);
	}
	if (!(c->flags & TASK_NOGROUP))
		group_close(m);
}
