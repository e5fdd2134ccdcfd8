/* SPDX-License-Identifier: MIT */
/* What else gives the turn away, or ends a wait, for --schedule=turns; and C11's
 * names of locks, which call libc's own within libc. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <threads.h>

#include "call.h"
#include "crew.h"
#include "locks.h"
#include "real.h"
#include "syncorder.h"
#include "sys.h"
#include "turn.h"
#include "banned.h"

HOOK(sched_yield);
HOOK(thrd_yield);
HOOK(pthread_cancel);
HOOK(mtx_lock);
HOOK(mtx_trylock);
HOOK(mtx_unlock);
HOOK(cnd_wait);
HOOK(cnd_signal);
HOOK(cnd_broadcast);
HOOK(call_once);

EXPORT int sched_yield(void)
{
	struct thread *self;

	if (!turn_on || !(self = turn_take())) {
		crew_pause();
		return NEXT(sched_yield)();
	}
	if (turn.outside) /* whom it waits for may be there */
		real_sched_yield();
	turn_yield(self);
	return 0;
}

EXPORT void thrd_yield(void)
{
	if (turn_on)
		sched_yield();
	else
		NEXT(thrd_yield)();
}

EXPORT int pthread_cancel(pthread_t id)
{
	struct thread *t = turn_on ? thread_alive(id) : NULL;
	int ret = NEXT(pthread_cancel)(id);

	if (t && ret == 0)
		turn_poke(t);
	return ret;
}

/* glibc's C11 objects are those of POSIX. */
static int c11(int ret)
{
	return ret == 0 ? thrd_success : ret == EBUSY ? thrd_busy : thrd_error;
}

EXPORT int mtx_lock(mtx_t *m)
{
	if (!turn_on && !sync_on)
		return NEXT(mtx_lock)(m);
	return c11(pthread_mutex_lock((pthread_mutex_t *)m));
}

EXPORT int mtx_trylock(mtx_t *m)
{
	if (sync_on)
		return c11(pthread_mutex_trylock((pthread_mutex_t *)m));
	if (!turn_on)
		return NEXT(mtx_trylock)(m);
	return c11(lock_mutex_try((pthread_mutex_t *)m));
}

EXPORT int mtx_unlock(mtx_t *m)
{
	if (!turn_on)
		return NEXT(mtx_unlock)(m);
	return c11(lock_mutex_undo((pthread_mutex_t *)m));
}

EXPORT int cnd_wait(cnd_t *c, mtx_t *m)
{
	if (!turn_on && !sync_on)
		return NEXT(cnd_wait)(c, m);
	return c11(pthread_cond_wait((pthread_cond_t *)c,
				     (pthread_mutex_t *)m));
}

EXPORT int cnd_signal(cnd_t *c)
{
	if (!turn_on)
		return NEXT(cnd_signal)(c);
	lock_cond_wake((pthread_cond_t *)c, 1);
	return thrd_success;
}

EXPORT int cnd_broadcast(cnd_t *c)
{
	if (!turn_on)
		return NEXT(cnd_broadcast)(c);
	lock_cond_wake((pthread_cond_t *)c, UINT_MAX);
	return thrd_success;
}

EXPORT void call_once(once_flag *once, void (*init)(void))
{
	if (turn_on || sync_on)
		pthread_once((pthread_once_t *)once, init);
	else
		NEXT(call_once)(once, init);
}

/* Of older programs; no header declares it. */
ALIAS(pthread_yield, sched_yield);
