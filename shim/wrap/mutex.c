/* SPDX-License-Identifier: MIT */
/* Mutexes, spin locks and read-write locks, for --schedule=turns and for
 * recordings; without them each hook is two comparisons and a jump. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>

#include "call.h"
#include "locks.h"
#include "memory.h"
#include "real.h"
#include "syncorder.h"
#include "turn.h"
#include "banned.h"


HOOK(pthread_mutex_lock);
HOOK(pthread_mutex_trylock);
HOOK(pthread_mutex_unlock);
HOOK(pthread_spin_lock);
HOOK(pthread_spin_trylock);
HOOK(pthread_spin_unlock);
HOOK(pthread_rwlock_rdlock);
HOOK(pthread_rwlock_tryrdlock);
HOOK(pthread_rwlock_wrlock);
HOOK(pthread_rwlock_trywrlock);
HOOK(pthread_rwlock_unlock);

/* glibc's bits of a mutex's kind (nptl/pthreadP.h). */
#define KIND_TYPE 3
#define KIND_ERRORCHECK 2
#define KIND_ROBUST 16
#define KIND_SHARED 128
#define RETRY_COST 64 /* of the budget: who tries in vain, goes round */

/* libc calls all robust ones shared. */
static bool shared(const pthread_mutex_t *m)
{
	int kind = m->__data.__kind;

	return kind & KIND_SHARED &&
	       !(kind & KIND_ROBUST && !memory_shared(m));
}

/* It would wait for itself, and the mutex is of the type that says so. */
static bool own(const struct thread *self, const pthread_mutex_t *m)
{
	return (m->__data.__kind & KIND_TYPE) == KIND_ERRORCHECK &&
	       m->__data.__owner == self->tid;
}

/* glibc's owner of one that cannot be had any more. Its trylock leaves such a
 * mutex locked, and is not to be asked. */
#define OWNER_LOST (INT_MAX - 1)

static bool lost(const pthread_mutex_t *m)
{
	return m->__data.__kind & KIND_ROBUST &&
	       m->__data.__owner == OWNER_LOST;
}

/* Those with a ceiling hold it in the same word, and never seem free here. */
static bool still_locked(const struct want *w)
{
	const pthread_mutex_t *m = w->key;
	int word = __atomic_load_n(&m->__data.__lock, __ATOMIC_RELAXED);

	return word & FUTEX_TID_MASK && !(word & FUTEX_OWNER_DIED);
}

static __attribute__((noinline)) int wait_mutex(struct thread *self,
						pthread_mutex_t *m,
						const struct deadline *d)
{
	struct want w = { .key = m,
			  .what = "a mutex",
			  .owner = &m->__data.__owner,
			  .then = still_locked };
	int ret, why;

	w.look = shared(m);
	if (w.look && turn_alone())
		return NOT_OURS;
	if (own(self, m))
		return EDEADLK;
	if (!deadline_valid(d))
		return EINVAL;
	if (m->__data.__kind & KIND_ROBUST)
		w.what = turn_of_owner;
	w.until = deadline_until(self, d);
	do {
		why = turn_wait(self, &w);
		if (lost(m))
			return ENOTRECOVERABLE;
		ret = real_pthread_mutex_trylock(m);
	} while (ret == EBUSY && why != ETIMEDOUT);
	return ret == EBUSY ? ETIMEDOUT : ret;
}

int lock_mutex(pthread_mutex_t *m, const struct deadline *d)
{
	struct thread *self = turn_take();
	int ret;

	if (!self)
		return NOT_OURS;
	turn_spend(self, 1);
	if (__builtin_expect(!deadline_clock_valid(d), 0))
		return EINVAL; /* as glibc, the moment only if it must wait */
	if (__builtin_expect(lost(m), 0))
		return ENOTRECOVERABLE;
	ret = real_pthread_mutex_trylock(m);
	if (__builtin_expect(ret != EBUSY, 1))
		return ret;
	return wait_mutex(self, m, d);
}

int lock_mutex_plain(pthread_mutex_t *m)
{
	return NEXT(pthread_mutex_lock)(m);
}

int lock_mutex_undo_plain(pthread_mutex_t *m)
{
	return NEXT(pthread_mutex_unlock)(m);
}

int lock_rwlock_plain(pthread_rwlock_t *l, bool write)
{
	return write ? NEXT(pthread_rwlock_wrlock)(l)
		     : NEXT(pthread_rwlock_rdlock)(l);
}

/* A robust mutex whose owner died is had all the same. */
static bool has(int ret)
{
	return ret == 0 || ret == EOWNERDEAD;
}

static __attribute__((noinline)) int
mutex_ordered(pthread_mutex_t *m, int (*lock)(pthread_mutex_t *),
	      const void *ra)
{
	struct sync s;
	int ret = sync_mutex(&s, m, ra);

	if (ret != NOT_OURS)
		return ret;
	ret = lock(m);
	sync_end(&s, has(ret), ret);
	return ret;
}

static __attribute__((noinline)) int
rwlock_ordered(pthread_rwlock_t *l, int (*lock)(pthread_rwlock_t *), bool write,
	       const void *ra)
{
	struct sync s;
	int ret = sync_rwlock(&s, l, write, ra);

	if (ret != NOT_OURS)
		return ret;
	ret = lock(l);
	sync_end(&s, ret == 0, ret);
	return ret;
}

static __attribute__((noinline)) int
spin_ordered(pthread_spinlock_t *l, int (*lock)(pthread_spinlock_t *),
	     const void *ra)
{
	struct sync s;
	int ret;

	if (sync_begin(&s, l, ra)) {
		sync_await(&s);
		ret = s.result;
		if (s.got)
			NEXT(pthread_spin_lock)(l);
	} else {
		ret = lock(l);
	}
	sync_end(&s, ret == 0, ret);
	return ret;
}

/* The only thread waits for itself, for ever: in turns, that is seen. */
static __attribute__((noinline)) int lock_alone(pthread_mutex_t *m)
{
	int type = m->__data.__kind & KIND_TYPE;

	if (m->__data.__lock && thread_me &&
	    m->__data.__owner == thread_me->tid && !shared(m) && !lost(m) &&
	    (type == PTHREAD_MUTEX_NORMAL || type == PTHREAD_MUTEX_ADAPTIVE_NP))
		turn_start();
	return turn_on ? pthread_mutex_lock(m) : NEXT(pthread_mutex_lock)(m);
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *m)
{
	int ret;

	if (__builtin_expect(turn.asleep, 0))
		return lock_alone(m);
	if (sync_on)
		return mutex_ordered(m, NEXT(pthread_mutex_lock), CALLED_FROM);
	if (!turn_on)
		return NEXT(pthread_mutex_lock)(m);
	ret = lock_mutex(m, NO_DEADLINE);
	if (__builtin_expect(ret != NOT_OURS, 1))
		return ret;
	while (!turn_leave("a mutex of several processes"))
		;
	ret = real_pthread_mutex_lock(m);
	turn_return();
	return ret;
}

int lock_mutex_try(pthread_mutex_t *m)
{
	struct thread *self = turn_take();
	int ret = lost(m) ? ENOTRECOVERABLE : real_pthread_mutex_trylock(m);

	if (self)
		turn_spend(self, ret == EBUSY ? RETRY_COST : 1);
	return ret;
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *m)
{
	if (sync_on)
		return mutex_ordered(m, NEXT(pthread_mutex_trylock),
				     CALLED_FROM);
	if (!turn_on)
		return NEXT(pthread_mutex_trylock)(m);
	return lock_mutex_try(m);
}

int lock_mutex_undo_within(pthread_mutex_t *m)
{
	int ret = real_pthread_mutex_unlock(m);

	if (turn_waited(m) && ret == 0)
		turn_wake_within(m, lost(m) ? UINT_MAX : 1, ~0u);
	return ret;
}

int lock_mutex_undo(pthread_mutex_t *m)
{
	int ret = real_pthread_mutex_unlock(m);

	if (turn_waited(m) && ret == 0)
		turn_wake(m, lost(m) ? UINT_MAX : 1, ~0u);
	return ret;
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *m)
{
	if (!turn_on)
		return NEXT(pthread_mutex_unlock)(m);
	return lock_mutex_undo(m);
}

EXPORT int pthread_spin_lock(pthread_spinlock_t *l)
{
	struct thread *self;
	struct want w = { .key = (const void *)l, .what = "a spin lock",
			  .until = SEAT_EVER };
	int ret;

	if (sync_on)
		return spin_ordered(l, NEXT(pthread_spin_lock), CALLED_FROM);
	if (!turn_on || !(self = turn_take()))
		return NEXT(pthread_spin_lock)(l);
	turn_spend(self, 1);
	while ((ret = real_pthread_spin_trylock(l)) == EBUSY)
		turn_wait(self, &w);
	return ret;
}

EXPORT int pthread_spin_trylock(pthread_spinlock_t *l)
{
	struct thread *self;
	int ret;

	if (sync_on)
		return spin_ordered(l, NEXT(pthread_spin_trylock), CALLED_FROM);
	if (!turn_on || !(self = turn_take()))
		return NEXT(pthread_spin_trylock)(l);
	ret = real_pthread_spin_trylock(l);
	turn_spend(self, ret == EBUSY ? RETRY_COST : 1);
	return ret;
}

EXPORT int pthread_spin_unlock(pthread_spinlock_t *l)
{
	int ret = NEXT(pthread_spin_unlock)(l);

	if (turn_on && turn_waited((const void *)l))
		turn_wake((const void *)l, 1, ~0u);
	return ret;
}

/* Those that prefer writers let no reader pass one that waits; libc knows of
 * none, as ours do not wait there. */
static int try_rwlock(pthread_rwlock_t *l, bool write)
{
	if (write)
		return real_pthread_rwlock_trywrlock(l);
	if (l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP &&
	    turn_writer(l))
		return EBUSY;
	return real_pthread_rwlock_tryrdlock(l);
}

/* glibc's bits of the readers' word; above them it counts. */
#define RWLOCK_WRITER 2
#define RWLOCK_READER 8

/* Those that prefer writers never seem free here: a writer may stand in line.
 */
static bool still_kept(const struct want *w)
{
	const pthread_rwlock_t *l = w->key;
	unsigned word = __atomic_load_n(&l->__data.__readers, __ATOMIC_RELAXED);

	if (l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
		return true;
	return word & RWLOCK_WRITER || (w->writer && word >= RWLOCK_READER);
}

static bool own_rwlock(const struct thread *self, const pthread_rwlock_t *l)
{
	return l->__data.__cur_writer == self->tid;
}

int lock_rwlock(pthread_rwlock_t *l, bool write, const struct deadline *d)
{
	struct thread *self = turn_take();
	struct want w = { .key = l,
			  .writer = write,
			  .owner = &l->__data.__cur_writer,
			  .then = still_kept,
			  .what = write ? "a lock, to write"
					: "a lock, to read" };
	int ret, why = 0;

	if (!self)
		return NOT_OURS;
	if (!deadline_valid(d)) /* as glibc, even if it is free */
		return EINVAL;
	turn_spend(self, 1);
	ret = try_rwlock(l, write);
	if (ret != EBUSY)
		return ret;
	w.look = l->__data.__shared;
	if (w.look && turn_alone())
		return NOT_OURS;
	if (own_rwlock(self, l))
		return EDEADLK;
	w.until = deadline_until(self, d);
	while ((ret = try_rwlock(l, write)) == EBUSY) {
		if (why == ETIMEDOUT) {
			/* Readers may have waited for this writer alone. */
			turn_wake(l, UINT_MAX, ~0u);
			return why;
		}
		why = turn_wait(self, &w);
	}
	return ret;
}

static int rwlock(pthread_rwlock_t *l, bool write)
{
	int ret = lock_rwlock(l, write, NO_DEADLINE);

	if (ret != NOT_OURS)
		return ret;
	while (!turn_leave("a lock of several processes"))
		;
	ret = write ? real_pthread_rwlock_wrlock(l)
		    : real_pthread_rwlock_rdlock(l);
	turn_return();
	return ret;
}

EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
	if (sync_on)
		return rwlock_ordered(l, NEXT(pthread_rwlock_rdlock), false,
				      CALLED_FROM);
	return turn_on ? rwlock(l, false) : NEXT(pthread_rwlock_rdlock)(l);
}

EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
	if (sync_on)
		return rwlock_ordered(l, NEXT(pthread_rwlock_wrlock), true,
				      CALLED_FROM);
	return turn_on ? rwlock(l, true) : NEXT(pthread_rwlock_wrlock)(l);
}

static int rwlock_try(pthread_rwlock_t *l, bool write)
{
	struct thread *self = turn_take();
	int ret = try_rwlock(l, write);

	if (self)
		turn_spend(self, ret == EBUSY ? RETRY_COST : 1);
	return ret;
}

EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	if (sync_on)
		return rwlock_ordered(l, NEXT(pthread_rwlock_tryrdlock), false,
				      CALLED_FROM);
	return turn_on ? rwlock_try(l, false)
		       : NEXT(pthread_rwlock_tryrdlock)(l);
}

EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	if (sync_on)
		return rwlock_ordered(l, NEXT(pthread_rwlock_trywrlock), true,
				      CALLED_FROM);
	return turn_on ? rwlock_try(l, true)
		       : NEXT(pthread_rwlock_trywrlock)(l);
}

/* Its readers go on together, and who comes too late waits again. */
EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	int ret = NEXT(pthread_rwlock_unlock)(l);

	if (turn_on && turn_waited(l))
		turn_wake(l, UINT_MAX, ~0u);
	return ret;
}
