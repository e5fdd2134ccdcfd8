/* SPDX-License-Identifier: MIT */
/* Loops and sections: who gets which iterations, and in which order. */
#include <string.h>

#include "team.h"
#include "banned.h"

enum { RUNTIME, STATIC, DYNAMIC, GUIDED, AUTO }; /* GCC's schedules */
#define KIND_STATIC 1 /* of omp_set_schedule() */
#define KIND_DYNAMIC 2
#define KIND_BITS 0x7fffffff

/* Iterations from start to before end, `by` > 0 apart. */
static uint64_t count(uint64_t distance, uint64_t by)
{
	return distance ? (distance - 1) / by + 1 : 0;
}

struct loop loop_signed(long start, long end, long step, long chunk)
{
	struct loop l = { .start = (uint64_t)start, .step = (uint64_t)step,
			  .piece = chunk > 0 ? (uint64_t)chunk : 0 };

	if (step > 0 && start < end)
		l.total = count((uint64_t)end - (uint64_t)start, l.step);
	else if (step < 0 && start > end)
		l.total = count((uint64_t)start - (uint64_t)end, -l.step);
	return l;
}

struct loop loop_unsigned(bool up, uint64_t start, uint64_t end, uint64_t step,
			  uint64_t chunk)
{
	struct loop l = { .start = start, .step = step, .piece = chunk };

	if (up && start < end)
		l.total = count(end - start, step);
	else if (!up && start > end)
		l.total = count(start - end, -step);
	return l;
}

static uint64_t piece_runtime(const struct settings *set)
{
	int kind = set->kind & KIND_BITS;

	return (kind == KIND_STATIC || kind == KIND_DYNAMIC) && set->chunk > 0
		       ? (uint64_t)set->chunk : 0;
}

uint64_t loop_piece(const struct settings *set, long kind, uint64_t chunk)
{
	switch (kind & KIND_BITS) {
	case STATIC:
	case DYNAMIC:
		return chunk;
	case RUNTIME:
	case AUTO: /* stands for nonmonotonic:runtime, too */
		return piece_runtime(set);
	}
	return 0;
}

/* Of blocks, one for each member: the first ones are larger by one. */
static uint64_t block_start(const struct loop *l, unsigned n, uint64_t i)
{
	uint64_t each = l->total / n, more = l->total % n;

	return i * each + (i < more ? i : more);
}

/* Whose piece an iteration lies in. */
static uint64_t piece_of(const struct loop *l, unsigned n, uint64_t iteration)
{
	uint64_t each = l->total / n, more = l->total % n;

	if (l->piece)
		return iteration / l->piece;
	if (iteration < more * (each + 1))
		return iteration / (each + 1);
	return more + (iteration - more * (each + 1)) / each;
}

static uint64_t pieces(const struct loop *l, unsigned n)
{
	return l->piece ? count(l->total, l->piece) : n;
}

struct share *share_for(struct member *m, const struct task_memory *t)
{
	bool first = false;
	struct share *s;

	if (t && t->reductions)
		group_open(m);
	s = share_enter(m, &first);
	if (t && t->reductions) {
		reductions_make(m->task->group, t->reductions,
				first ? NULL : s->reductions, m->team->n);
		if (first)
			s->reductions = t->reductions;
	}
	if (t && t->memory) {
		if (first) {
			s->size = (size_t)*t->memory;
			s->memory = team_memory(s->size);
		}
		*t->memory = s->memory;
	}
	return s;
}

void loop_begin(struct member *m, const struct loop *l, bool ordered,
		const struct task_memory *t)
{
	crew_take(m->hand);
	m->loop = *l;
	m->loop.next = m->id;
	m->ordered = ordered;
	m->share = NULL;
	if (ordered || t || m->team->cancels)
		m->share = share_for(m, t);
}

/* The pieces of an ordered loop are done one after the other, and those in
 * which nothing is ordered, too. */
static void piece_done(struct member *m)
{
	struct share *s = m->share;

	ordered_start(m);
	s->done++;
	if (m->team->n > 1)
		crew_wake(m->hand->crew,
			  &team_member(m, (unsigned)(s->done % m->team->n))
				   ->ordered);
}

void ordered_start(struct member *m)
{
	struct share *s = m->share;

	if (!m->ordered || !s || !m->loop.has)
		return;
	crew_take(m->hand);
	while (s->done != m->loop.now && !s->cancelled && !m->team->cancelled)
		crew_wait(m->hand, &m->ordered, "its turn in an ordered loop");
}

bool loop_next(struct member *m, uint64_t *from, uint64_t *below)
{
	struct loop *l = &m->loop;
	uint64_t first, after;
	unsigned n = m->team->n;

	if (m->ordered && l->has)
		piece_done(m);
	l->has = false;
	if (l->next >= pieces(l, n))
		return false;
	if (l->piece) {
		first = l->next * l->piece;
		after = l->total - first < l->piece ? l->total
						    : first + l->piece;
	} else {
		first = block_start(l, n, l->next);
		after = block_start(l, n, l->next + 1);
	}
	if (first == after && !m->ordered)
		return false;
	l->now = l->next;
	l->next += n;
	l->has = true;
	*from = l->start + first * l->step;
	*below = l->start + after * l->step;
	if (first != after)
		return true;
	return loop_next(m, from, below); /* an empty block has its place */
}

void loop_end(struct member *m)
{
	struct share *s = m->share;

	crew_take(m->hand);
	if (s && s->progress)
		s->progress[m->id] = UINT64_MAX;
	if (s)
		share_leave(m, s);
	if (m->loop.counts)
		team_memory_free(m->loop.counts,
				 m->loop.depth * sizeof(uint64_t));
	m->share = NULL;
	m->ordered = false;
	m->loop = (struct loop){ 0 };
}

/* Iterations that wait for others: depend(sink: …). */

void depend_begin(struct member *m, unsigned n, const uint64_t *counts,
		  uint64_t piece, const struct task_memory *t)
{
	struct loop l = { .total = counts[0], .step = 1, .piece = piece };
	struct share *s;

	crew_take(m->hand);
	l.depth = n;
	l.counts = team_memory(n * sizeof(uint64_t));
	memcpy(l.counts, counts, n * sizeof(uint64_t));
	l.next = m->id;
	m->loop = l;
	m->ordered = false;
	s = m->share = share_for(m, t);
	if (!s->progress)
		s->progress = team_memory(m->team->n * sizeof(uint64_t));
}

/* The number of an iteration, in the order of all. */
static uint64_t rank_of(const struct loop *l, const uint64_t *at)
{
	uint64_t rank = at[0];

	for (unsigned i = 1; i < l->depth; i++)
		rank = rank * l->counts[i] + at[i];
	return rank;
}

void depend_post(struct member *m, const uint64_t *at)
{
	struct share *s = m->share;

	crew_take(m->hand);
	s->progress[m->id] = rank_of(&m->loop, at) + 1;
	if (m->team->n > 1)
		crew_wake(m->hand->crew, &s->progress[m->id]);
}

void depend_wait(struct member *m, const uint64_t *at)
{
	struct share *s = m->share;
	unsigned n = m->team->n;
	uint64_t owner = piece_of(&m->loop, n, at[0]) % n;
	uint64_t rank = rank_of(&m->loop, at);

	crew_take(m->hand);
	if (owner == m->id)
		return;
	while (s->progress[owner] <= rank && !m->team->cancelled)
		crew_wait(m->hand, &s->progress[owner],
			  "an iteration that its own depends on");
}

/* Sections are numbered from 1; 0: no more. */

unsigned sections_begin(struct member *m, uint64_t n,
			const struct task_memory *t)
{
	crew_take(m->hand);
	m->sections = n;
	m->section = m->id;
	m->share = NULL;
	m->ordered = false;
	if (t || m->team->cancels)
		m->share = share_for(m, t);
	return sections_next(m);
}

unsigned sections_next(struct member *m)
{
	uint64_t n = m->section;

	if (n >= m->sections)
		return 0;
	m->section += m->team->n;
	return (unsigned)n + 1;
}
