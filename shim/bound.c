/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bound.h"
#include "call.h"
#include "real.h"
#include "banned.h"

extern const char bound_first[] __attribute__((visibility("hidden")));
#define THUNK_SIZE 16 /* as in wrap/bound.S */

/* Where thunks lead, which read it without a lock: it is written before the
 * thunk's address is given out. */
struct bound_target {
	void *fn; /* NULL: free, and so are all behind it */
	void *hook;
};
extern struct bound_target bound_target[] __attribute__((visibility("hidden")));
struct bound_target bound_target[BOUND_HOOKS];
static bool stale[BOUND_HOOKS]; /* what lay there was unloaded */

bool bound_is(const void *address)
{
	return (const char *)address >= bound_first &&
	       (const char *)address < bound_first + BOUND_HOOKS * THUNK_SIZE;
}

struct wanted {
	const char *name;
	const void *hook;
	struct source *row;
};

static void consider(struct source *row, void *arg)
{
	struct wanted *w = arg;

	if (row->bound && row->hook == w->hook &&
	    !strcmp(row->symbol ? row->symbol : row->name, w->name))
		w->row = row;
}

static struct source *row_of(const char *name)
{
	struct wanted w = { .name = name, .hook = real_ours(name) };

	if (w.hook)
		real_each(consider, &w);
	return w.row;
}

/* Its place, or a free one, or one whose library is gone; BOUND_HOOKS: none. */
static unsigned place_for(const void *hook, const void *fn)
{
	unsigned old = BOUND_HOOKS, i;

	for (i = 0; i < BOUND_HOOKS && bound_target[i].fn; i++) {
		if (bound_target[i].fn == fn && bound_target[i].hook == hook)
			return i;
		if (stale[i] && old == BOUND_HOOKS)
			old = i;
	}
	return i < BOUND_HOOKS ? i : old;
}

/* Under the lock. */
static const void *thunk_for(void *hook, void *fn)
{
	unsigned i = place_for(hook, fn);

	if (i == BOUND_HOOKS)
		return NULL;
	bound_target[i] = (struct bound_target){ fn, hook };
	stale[i] = false;
	return bound_first + i * THUNK_SIZE;
}

void *bound_found(const char *name, void *found)
{
	struct source *row = row_of(name);
	const void *thunk;
	uint64_t mask;

	/* In the engine, the lock is this thread's already. */
	if (!row || (thread_me && thread_me->busy) ||
	    real_from(row, found) != found)
		return NULL;
	mask = engine_lock();
	thunk = thunk_for(row->hook, found);
	engine_unlock(mask);
	if (thunk)
		return (void *)thunk;
	if (alive.yes)
		call_blind("not-seen", row,
			   " is not seen: more than 1024 functions that set "
			   "up numeric libraries are in use");
	return found;
}

struct bound_caller bound_caller(struct source *row, void *frame)
{
	void **thunk = *(void **)frame;

	/* That there is one is asked of who calls; now it is known. */
	real_from(row, thunk[-1]);
	return (struct bound_caller){ thunk[1], thunk };
}

void bound_unloaded(uintptr_t start, uintptr_t end)
{
	/* They stay: another thread may have loaded the library again, to the
	 * same place, and have been given this thunk. */
	for (unsigned i = 0; i < BOUND_HOOKS && bound_target[i].fn; i++)
		stale[i] |= (uintptr_t)bound_target[i].fn >= start &&
			    (uintptr_t)bound_target[i].fn < end;
}
