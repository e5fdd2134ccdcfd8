/* SPDX-License-Identifier: MIT */
/*
 * What a program asks OpenMP about the region it is in, and OpenMP's locks: of a
 * region of ours, we answer (team.h); else the library does.
 */
#include "openmp.h"
#include "syncorder.h"
#include "banned.h"

#define HOOKED(fn)                                                             \
	SOURCE(fn, .group = "openmp", .optional = 1, .inner = 1, .bound = 1)

/* In C and in Fortran alike: no argument. */
#define ASK_ONE(fn, ours)                                                      \
	int fn(void);                                                          \
	HOOKED(fn);                                                            \
	EXPORT int fn(void)                                                    \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		return m ? (int)(ours) : OPENMP_KEPT_HERE(fn)();                           \
	}
#define ASK(fn, ours)                                                          \
	ASK_ONE(fn, ours)                                                      \
	ASK_ONE(fn##_, ours)

ASK(omp_get_thread_num, m->id)
ASK(omp_get_num_threads, m->team->n)
ASK(omp_get_level, m->team->level)
ASK(omp_get_active_level, m->team->active)
ASK(omp_in_parallel, m->team->active > 0)
ASK(omp_in_final, m->task->final)
ASK(omp_get_dynamic, m->task->set.dynamic)
ASK(omp_get_nested, m->task->set.levels > 1)
ASK(omp_get_max_active_levels, m->task->set.levels)
ASK(omp_get_team_num, m->team->number)
ASK(omp_get_num_teams, m->team->league)
ASK(omp_get_thread_limit, m->team->limit)

/* The member of that level's team that this one descends from; NULL: none. */
static const struct member *ancestor(const struct member *m, int64_t level)
{
	if (level < 1 || level > (int64_t)m->team->level)
		return NULL;
	while (m && (int64_t)m->team->level > level)
		m = m->team->outer;
	return m;
}

static int number_at(const struct member *m, int64_t level)
{
	const struct member *a = ancestor(m, level);

	return a ? (int)a->id : level ? -1 : 0;
}

static int size_at(const struct member *m, int64_t level)
{
	const struct member *a = ancestor(m, level);

	return a ? (int)a->team->n : level ? -1 : 1;
}

#define ASK_LEVEL(fn, ours)                                                    \
	int fn(int level);                                                     \
	int fn##_(const int *level);                                           \
	int fn##_8_(const int64_t *level);                                     \
	HOOKED(fn);                                                            \
	HOOKED(fn##_);                                                         \
	HOOKED(fn##_8_);                                                       \
	EXPORT int fn(int level)                                               \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		return m ? ours(m, level) : REAL_HERE(fn)(level);              \
	}                                                                      \
	EXPORT int fn##_(const int *level)                                     \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn##_);                       \
                                                                               \
		return m ? ours(m, *level) : REAL_HERE(fn##_)(level);          \
	}                                                                      \
	EXPORT int fn##_8_(const int64_t *level)                               \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn##_8_);                     \
                                                                               \
		return m ? ours(m, *level) : REAL_HERE(fn##_8_)(level);        \
	}

ASK_LEVEL(omp_get_ancestor_thread_num, number_at)
ASK_LEVEL(omp_get_team_size, size_at)

void omp_get_schedule(int *kind, int *chunk);
void omp_get_schedule_(int *kind, int *chunk);
void omp_get_schedule_8_(int *kind, int64_t *chunk);
HOOKED(omp_get_schedule);
HOOKED(omp_get_schedule_);
HOOKED(omp_get_schedule_8_);

EXPORT void omp_get_schedule(int *kind, int *chunk)
{
	struct member *m = OPENMP_MEMBER(omp_get_schedule);

	if (!m) {
		REAL_HERE(omp_get_schedule)(kind, chunk);
		return;
	}
	*kind = m->task->set.kind;
	*chunk = m->task->set.chunk;
}

EXPORT void omp_get_schedule_(int *kind, int *chunk)
{
	struct member *m = OPENMP_MEMBER(omp_get_schedule_);

	if (!m) {
		REAL_HERE(omp_get_schedule_)(kind, chunk);
		return;
	}
	*kind = m->task->set.kind;
	*chunk = m->task->set.chunk;
}

EXPORT void omp_get_schedule_8_(int *kind, int64_t *chunk)
{
	struct member *m = OPENMP_MEMBER(omp_get_schedule_8_);

	if (!m) {
		REAL_HERE(omp_get_schedule_8_)(kind, chunk);
		return;
	}
	*kind = m->task->set.kind;
	*chunk = m->task->set.chunk;
}

void omp_fulfill_event(void *event);
HOOKED(omp_fulfill_event);

EXPORT void omp_fulfill_event(void *event)
{
	__typeof__(real_omp_fulfill_event) real =
		REAL_HERE(omp_fulfill_event);

	if (openmp_serves((void *)real))
		task_fulfil(event);
	else
		real(event);
}

/*
 * Locks. A word that is 0 while it is free is what libgomp has in its place,
 * too; all calls on it are ours or none is. Fortran's nested ones are reached
 * by an address that the library puts into the variable. sets, tries: what a
 * recording orders.
 */
#define LOCK(ret, fn, type, arg, ours)                                         \
	LOCK_HOW(ret, fn, type, arg, ours, real(arg))
#define LOCK_HOW(ret, fn, type, arg, ours, how)                                \
	ret fn(type *arg);                                                     \
	HOOKED(fn);                                                            \
	EXPORT ret fn(type *arg)                                               \
	{                                                                      \
		__typeof__(real_##fn) real = OPENMP_KEPT_HERE(fn);             \
                                                                               \
		if (openmp_serves((void *)real))                               \
			return (ret)(ours);                                    \
		return (ret)(how);                                             \
	}
#define LOCK_BOTH(ret, fn, ours, how)                                          \
	LOCK_HOW(ret, fn, int, lock, ours, how)                                \
	LOCK_HOW(ret, fn##_, int, lock, ours, how)

static int set_ordered(void (*set)(int *), int *lock, const void *ra)
{
	struct sync s = { 0 };

	sync_before(&s, lock, ra);
	set(lock);
	sync_end(&s, true, 0);
	return 0;
}

static int test_ordered(int (*test)(int *), int *lock, const void *ra)
{
	struct sync s = { 0 };
	bool given = sync_on && sync_begin(&s, lock, ra);
	int ret;

	if (given && !s.got)
		return 0;
	if (given)
		sync_await(&s);
	do
		ret = test(lock);
	while (given && !ret);
	sync_end(&s, ret, 0);
	return ret;
}

LOCK_BOTH(void, omp_set_lock, team_lock(lock),
	  set_ordered(real, lock, OPENMP_CALLER))
LOCK_BOTH(void, omp_unset_lock, team_unlock(lock), real(lock))
LOCK_BOTH(int, omp_test_lock, team_trylock(lock),
	  test_ordered(real, lock, OPENMP_CALLER))

struct nest {
	int word, count;
	const void *owner;
};

static void nest_set(struct nest *n)
{
	if (n->owner != team_owner()) {
		team_lock(&n->word);
		n->owner = team_owner();
	}
	n->count++;
}

static void nest_unset(struct nest *n)
{
	if (--n->count)
		return;
	n->owner = NULL;
	team_unlock(&n->word);
}

static int nest_test(struct nest *n)
{
	if (n->owner != team_owner()) {
		if (!team_trylock(&n->word))
			return 0;
		n->owner = team_owner();
	}
	return ++n->count;
}

LOCK(void, omp_set_nest_lock, struct nest, lock, nest_set(lock))
LOCK(void, omp_unset_nest_lock, struct nest, lock, nest_unset(lock))
LOCK(int, omp_test_nest_lock, struct nest, lock, nest_test(lock))
LOCK(void, omp_set_nest_lock_, struct nest *, lock, nest_set(*lock))
LOCK(void, omp_unset_nest_lock_, struct nest *, lock, nest_unset(*lock))
LOCK(int, omp_test_nest_lock_, struct nest *, lock, nest_test(*lock))
