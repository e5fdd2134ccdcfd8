/* SPDX-License-Identifier: MIT */
/*
 * What GCC's code calls within a region, but for the start of loops (gomp.c)
 * and their next pieces (gomp_next.c): of a region of ours, it is for us
 * (team.h); else for libgomp.
 */
#include <stdarg.h>

#include "openmp.h"
#include "syncorder.h"
#include "banned.h"

typedef unsigned long long ull;
typedef void body(void *);

#define HOOKED(fn)                                                             \
	SOURCE(fn, .group = "openmp", .optional = 1, .inner = 1, .bound = 1)

/* ours: with the member m. */
#define SIMPLE(ret, fn, params, args, ours)                                    \
	ret fn params;                                                         \
	HOOKED(fn);                                                            \
	EXPORT ret fn params                                                   \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m)                                                         \
			return (ret)(ours);                                    \
		return OPENMP_KEPT_HERE(fn) args;                                          \
	}

/* Loops and sections end with a barrier, without one, or with one that ends
 * when the region is cancelled. */
static bool end(struct member *m, bool cancellable)
{
	loop_end(m);
	return team_barrier(m, cancellable);
}

SIMPLE(void, GOMP_barrier, (void), (), team_barrier(m, false))
SIMPLE(bool, GOMP_barrier_cancel, (void), (), team_barrier(m, true))
SIMPLE(void, GOMP_loop_end, (void), (), end(m, false))
SIMPLE(bool, GOMP_loop_end_cancel, (void), (), end(m, true))
SIMPLE(void, GOMP_loop_end_nowait, (void), (), loop_end(m))
SIMPLE(void, GOMP_sections_end, (void), (), end(m, false))
SIMPLE(bool, GOMP_sections_end_cancel, (void), (), end(m, true))
SIMPLE(void, GOMP_sections_end_nowait, (void), (), loop_end(m))
SIMPLE(unsigned, GOMP_sections_next, (void), (), sections_next(m))
SIMPLE(void *, GOMP_single_copy_start, (void), (), team_copy_start(m))
SIMPLE(void, GOMP_single_copy_end, (void *data), (data), team_copy_end(m, data))
SIMPLE(void, GOMP_ordered_start, (void), (), ordered_start(m))
SIMPLE(void, GOMP_ordered_end, (void), (), m)
SIMPLE(bool, GOMP_cancel, (int which, bool yes), (which, yes),
       team_cancel(m, (unsigned)which, yes))
SIMPLE(bool, GOMP_cancellation_point, (int which), (which),
       team_cancelled(m, (unsigned)which))

/* Of a recording: the one who came first then, whoever does now. */
static bool single_ordered(bool (*real)(void), const void *ra)
{
	struct sync s = { 0 };
	bool given = sync_on && sync_begin(&s, &s, ra), first = real();

	if (given)
		return s.result;
	sync_end(&s, false, first);
	return first;
}

bool GOMP_single_start(void);
HOOKED(GOMP_single_start);

EXPORT bool GOMP_single_start(void)
{
	struct member *m = OPENMP_MEMBER(GOMP_single_start);

	if (m)
		return team_single(m);
	return single_ordered(OPENMP_KEPT_HERE(GOMP_single_start),
			      OPENMP_CALLER);
}

/* Tasks. */

static void group_of_task_start(struct member *m)
{
	crew_take(m->hand);
	group_open(m);
}

static void group_reduces(struct member *m, uintptr_t *data)
{
	crew_take(m->hand);
	if (m->task->group)
		reductions_make(m->task->group, data, NULL, m->team->n);
}

/* The loop's, sections' or scope's: all have merged theirs, and wait unless
 * they were cancelled. */
static void work_reduced(struct member *m, bool cancelled)
{
	uintptr_t *data = m->task->group->reductions;

	group_close(m);
	if (!cancelled)
		team_barrier(m, false);
	if (m->id == 0)
		reductions_free(data);
}

static void scope_start(struct member *m, uintptr_t *reductions)
{
	struct task_memory t = { reductions, NULL };

	crew_take(m->hand);
	share_leave(m, share_for(m, &t));
}

SIMPLE(void, GOMP_task,
       (body *fn, void *data, void (*copy)(void *, void *), long size,
	long align, bool now, unsigned flags, void **depend, int priority,
	void **event),
       (fn, data, copy, size, align, now, flags, depend, priority, event),
       task_make(m, &(struct task_call){ .fn = fn, .data = data, .copy = copy,
					 .size = (size_t)size,
					 .align = (size_t)align, .now = !now,
					 .flags = flags, .event = event }))
SIMPLE(void, GOMP_taskwait, (void), (), task_wait(m))
SIMPLE(void, GOMP_taskwait_depend, (void **depend), (depend), task_wait(m))
SIMPLE(void, GOMP_taskyield, (void), (), crew_yield(m->hand))
SIMPLE(void, GOMP_taskgroup_start, (void), (), group_of_task_start(m))
SIMPLE(void, GOMP_taskgroup_end, (void), (), group_close(m))
SIMPLE(void, GOMP_taskgroup_reduction_register, (uintptr_t *data), (data),
       group_reduces(m, data))
/* Of a whole region's it is called after that. */
void GOMP_taskgroup_reduction_unregister(uintptr_t *data);
HOOKED(GOMP_taskgroup_reduction_unregister);

EXPORT void GOMP_taskgroup_reduction_unregister(uintptr_t *data)
{
	if (reductions_ours(data))
		reductions_free(data);
	else
		REAL_HERE(GOMP_taskgroup_reduction_unregister)(data);
}

SIMPLE(void, GOMP_task_reduction_remap,
       (size_t n, size_t originals, void **at), (n, originals, at),
       reductions_remap(m, n, originals, at))
SIMPLE(void, GOMP_workshare_task_reduction_unregister, (bool cancelled),
       (cancelled), work_reduced(m, cancelled))
SIMPLE(void, GOMP_scope_start, (uintptr_t *reductions), (reductions),
       scope_start(m, reductions))

static void tasks(struct member *m, struct task_call c, unsigned long number,
		  struct loop l)
{
	c.now = !(c.flags & TASK_IF);
	task_loop(m, &c, number, &l);
}

/* number: of tasks, or of iterations in each. */
#define TASKS(name, type, iterations)                                          \
	SIMPLE(void, name,                                                     \
	       (body * run, void *data, void (*copy)(void *, void *),          \
		long size, long align, unsigned flags, unsigned long number,   \
		int priority, type start, type end, type step),                \
	       (run, data, copy, size, align, flags, number, priority, start,  \
		end, step),                                                    \
	       tasks(m,                                                        \
		     (struct task_call){ .fn = run,                            \
					 .data = data,                         \
					 .copy = copy,                         \
					 .size = (size_t)size,                 \
					 .align = (size_t)align,               \
					 .flags = flags },                     \
		     number, iterations))

TASKS(GOMP_taskloop, long, loop_signed(start, end, step, 0))
TASKS(GOMP_taskloop_ull, ull,
      loop_unsigned(flags & TASK_UP, start, end, step, 0))

/* Critical regions without a name: each library has one, and so a region of one
 * may lie in that of another. */
struct unnamed {
	int word;
	const void *owner;
	unsigned depth;
};
static struct unnamed critical, atomic;

static void enter(struct unnamed *c)
{
	const void *self = hand_me ? (const void *)hand_me
				   : (const void *)thread_me;

	if (c->owner != self || !self) {
		team_lock(&c->word);
		c->owner = self;
	}
	c->depth++;
}

static void leave(struct unnamed *c)
{
	if (--c->depth)
		return;
	c->owner = NULL;
	team_unlock(&c->word);
}

/* Locks are ours for everybody, as members may have to wait for others. key:
 * what a recording orders those who take one by; NULL: it takes none. */
#define LOCKS(fn, params, args, ours, key)                                     \
	void fn params;                                                        \
	HOOKED(fn);                                                            \
	EXPORT void fn params                                                  \
	{                                                                      \
		__typeof__(real_##fn) real = OPENMP_KEPT_HERE(fn);             \
		struct sync s = { 0 };                                         \
                                                                               \
		if (openmp_serves((void *)real)) {                             \
			ours;                                                  \
			return;                                                \
		}                                                              \
		sync_before(&s, key, OPENMP_CALLER);                           \
		real args;                                                     \
		sync_end(&s, true, 0);                                         \
	}

LOCKS(GOMP_critical_start, (void), (), enter(&critical), &critical)
LOCKS(GOMP_critical_end, (void), (), leave(&critical), NULL)
LOCKS(GOMP_atomic_start, (void), (), enter(&atomic), &atomic)
LOCKS(GOMP_atomic_end, (void), (), leave(&atomic), NULL)
LOCKS(GOMP_critical_name_start, (void **name), (name), team_lock((int *)name),
      name)
LOCKS(GOMP_critical_name_end, (void **name), (name), team_unlock((int *)name),
      NULL)

/*
 * Iterations that wait for others: one number for each loop. Only libgomp knows
 * how many there are; what it does not want, it does not look at.
 */
#define MOST 16

#define NUMBERS(a) a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], \
		   a[10], a[11], a[12], a[13], a[14], a[15]

#define DEPEND(post, wait, type)                                               \
	SIMPLE(void, post, (type * at), (at),                                  \
	       depend_post(m, (const uint64_t *)at))                           \
	void wait(type first, ...);                                            \
	HOOKED(wait);                                                          \
	EXPORT void wait(type first, ...)                                      \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(wait);                        \
		unsigned n = m ? m->loop.depth : MOST;                         \
		type at[n > MOST ? n : MOST];                                  \
		va_list ap;                                                    \
                                                                               \
		at[0] = first;                                                 \
		va_start(ap, first);                                           \
		for (unsigned i = 1; i < n; i++)                               \
			at[i] = va_arg(ap, type);                              \
		va_end(ap);                                                    \
		if (m)                                                         \
			depend_wait(m, (const uint64_t *)at);                  \
		else                                                           \
			REAL_HERE(wait)(NUMBERS(at));                          \
	}

DEPEND(GOMP_doacross_post, GOMP_doacross_wait, long)
DEPEND(GOMP_doacross_ull_post, GOMP_doacross_ull_wait, ull)
