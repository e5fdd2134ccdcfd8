/* SPDX-License-Identifier: MIT */
/* Condition variables, semaphores, barriers and once, for --schedule=turns and
 * for recordings; without them each hook is two comparisons and a jump. The
 * waits with a limit are rows, in wait.c. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "call.h"
#include "locks.h"
#include "ltime.h"
#include "real.h"
#include "syncorder.h"
#include "turn.h"
#include "banned.h"

#define RETRY_COST 64

/* Of the two versions only the newer is ours (wait.c): callers of the other
 * have objects of another kind, and reach libc. */
#define NEWER(fn) __asm__(".symver " #fn ", " #fn "@@@GLIBC_2.3.2")
NEWER(pthread_cond_wait);
NEWER(pthread_cond_signal);
NEWER(pthread_cond_broadcast);
HOOK(pthread_cond_wait);
HOOK(pthread_cond_signal);
HOOK(pthread_cond_broadcast);
HOOK(sem_wait);
HOOK(sem_trywait);
HOOK(sem_post);
HOOK(pthread_barrier_wait);
HOOK(pthread_barrier_destroy);
HOOK(pthread_once);

/* glibc's wrefs: bit 0 shared, bit 1 the monotonic clock, then who waits. */
clockid_t lock_cond_clock(const pthread_cond_t *c)
{
	return c->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

/* The wait for a condition, and the mutex that is let go once it has begun:
 * a signal that comes then is not lost. */
struct cond_want {
	struct want w;
	pthread_mutex_t *m;
	int *let; /* what that has returned */
};
#define NOT_LET (-1)

static bool let_go(const struct want *w)
{
	const struct cond_want *c = (const struct cond_want *)w;

	/* Who waits is one of its users: it cannot be destroyed. */
	c->m->__data.__nusers++;
	*c->let = lock_mutex_undo_within(c->m);
	if (*c->let)
		c->m->__data.__nusers--;
	return *c->let == 0;
}

/* The mutex is had again even by who is to be cancelled: its handlers count on
 * that. */
int lock_cond(pthread_cond_t *c, pthread_mutex_t *m, const struct deadline *d)
{
	struct thread *self;
	int ret, again, let = NOT_LET;
	struct cond_want w = { { .key = c,
				 .what = "a condition",
				 .cancels = true,
				 .then = let_go },
			       m,
			       &let };

	if (c->__data.__wrefs & 1 || !(self = turn_take()))
		return NOT_OURS;
	if (!deadline_valid(d))
		return EINVAL;
	pthread_testcancel();
	w.w.until = deadline_until(self, d);
	do
		ret = turn_wait(self, &w.w);
	while (let == NOT_LET); /* a handler of its cancellation waits */
	if (let)
		return let;
	again = pthread_mutex_lock(m);
	m->__data.__nusers--;
	if (ret == ECANCELED) {
		pthread_testcancel();
		ret = 0; /* it is not its wish now: a wakeup without cause */
	}
	return again ? again : ret;
}

static __attribute__((noinline)) int
cond_ordered(pthread_cond_t *c, pthread_mutex_t *m, const void *ra)
{
	struct sync s;
	int ret = sync_cond(&s, m, ra);

	if (ret != NOT_OURS)
		return ret;
	ret = NEXT(pthread_cond_wait)(c, m);
	sync_end(&s, ret != EPERM, ret);
	return ret;
}

EXPORT int pthread_cond_wait(pthread_cond_t *restrict c,
			     pthread_mutex_t *restrict m)
{
	int ret;

	if (sync_on)
		return cond_ordered(c, m, CALLED_FROM);
	if (!turn_on)
		return NEXT(pthread_cond_wait)(c, m);
	ret = lock_cond(c, m, NO_DEADLINE);
	if (ret != NOT_OURS)
		return ret;
	while (!turn_leave_shared("a condition of several processes"))
		;
	ret = real_pthread_cond_wait(c, m);
	turn_return();
	return ret;
}

/* Threads that are not scheduled wait in libc's own. */
static bool others(const pthread_cond_t *c)
{
	return c->__data.__wrefs & 1 || c->__data.__wrefs >> 3;
}

void lock_cond_wake(pthread_cond_t *c, unsigned n)
{
	if (turn_waited(c))
		n -= turn_wake(c, n, ~0u);
	if (n == 1 && others(c))
		real_pthread_cond_signal(c);
	else if (n && others(c))
		real_pthread_cond_broadcast(c);
}

EXPORT int pthread_cond_signal(pthread_cond_t *c)
{
	if (!turn_on)
		return NEXT(pthread_cond_signal)(c);
	turn_look();
	lock_cond_wake(c, 1);
	return 0;
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *c)
{
	if (!turn_on)
		return NEXT(pthread_cond_broadcast)(c);
	turn_look();
	lock_cond_wake(c, UINT_MAX);
	return 0;
}

/* glibc's struct new_sem: the value and who waits, then whether it is shared. */
static bool sem_shared(const sem_t *sem)
{
	return ((const int *)sem)[2] != 0;
}

static int failed(int error)
{
	errno = error;
	return -1;
}

/* Its value is in the first word. */
static bool still_none(const struct want *w)
{
	return __atomic_load_n((const unsigned *)w->key, __ATOMIC_RELAXED) == 0;
}

int lock_sem(sem_t *sem, const struct deadline *d)
{
	struct thread *self = turn_take();
	struct want w = { .key = sem,
			  .what = "a semaphore",
			  .signals = true,
			  .cancels = true,
			  .asleep = d->at != NULL,
			  .then = still_none };
	int saved = errno, ret;

	if (!self)
		return NOT_OURS;
	if (!deadline_valid(d))
		return failed(EINVAL);
	pthread_testcancel();
	turn_spend(self, 1);
	w.until = deadline_until(self, d);
	while (real_sem_trywait(sem)) {
		if (errno != EAGAIN)
			return -1;
		w.look = sem_shared(sem);
		if (w.look && turn_alone()) {
			errno = saved;
			return NOT_OURS;
		}
		ret = turn_wait(self, &w);
		if (ret == ECANCELED)
			pthread_testcancel();
		/* The post may have come first all the same. */
		if ((ret == ETIMEDOUT || ret == EINTR) && real_sem_trywait(sem))
			return failed(ret);
		if (ret == ETIMEDOUT || ret == EINTR)
			break;
	}
	errno = saved;
	return 0;
}

int lock_sem_plain(sem_t *sem)
{
	int saved = errno, ret;

	do
		ret = NEXT(sem_wait)(sem);
	while (ret && errno == EINTR);
	errno = saved;
	return ret;
}

static __attribute__((noinline)) int
sem_ordered(sem_t *sem, int (*wait)(sem_t *), const void *ra)
{
	struct sync s;
	int ret = sync_sem(&s, sem, ra);

	if (ret == NOT_OURS) {
		ret = wait(sem) ? errno : 0;
		sync_end(&s, ret == 0, ret);
	}
	return ret ? failed(ret) : 0;
}

/* Its ticket comes before that of who goes on because of it. */
static __attribute__((noinline)) int post_ordered(sem_t *sem, const void *ra)
{
	struct sync s;

	if (sync_begin(&s, sem, ra))
		sync_await(&s);
	sync_end(&s, true, 0);
	return NEXT(sem_post)(sem);
}

EXPORT int sem_wait(sem_t *sem)
{
	int ret;

	if (sync_on)
		return sem_ordered(sem, NEXT(sem_wait), CALLED_FROM);
	if (!turn_on)
		return NEXT(sem_wait)(sem);
	ret = lock_sem(sem, NO_DEADLINE);
	if (ret != NOT_OURS)
		return ret;
	ret = turn_leave("a semaphore of several processes")
		      ? real_sem_wait(sem) : -1;
	turn_return();
	return ret;
}

EXPORT int sem_trywait(sem_t *sem)
{
	struct thread *self;
	int ret;

	if (sync_on)
		return sem_ordered(sem, NEXT(sem_trywait), CALLED_FROM);
	if (!turn_on || !(self = turn_take()))
		return NEXT(sem_trywait)(sem);
	ret = real_sem_trywait(sem);
	turn_spend(self, ret ? RETRY_COST : 1);
	return ret;
}

/* Called from signal handlers, too, in threads that wait. */
EXPORT int sem_post(sem_t *sem)
{
	int ret;

	if (sync_on)
		return post_ordered(sem, CALLED_FROM);
	ret = NEXT(sem_post)(sem);
	if (turn_on && turn_waited(sem))
		turn_wake(sem, 1, ~0u);
	return ret;
}

/* glibc's struct pthread_barrier: in, current_round, count, shared, out. */
static unsigned barrier_count(const pthread_barrier_t *b)
{
	return ((const unsigned *)b)[2];
}

static bool barrier_shared(const pthread_barrier_t *b)
{
	return ((const int *)b)[3] != 0;
}

/* Nobody has it alone; one of those who met is told so. */
static __attribute__((noinline)) int barrier_ordered(pthread_barrier_t *b,
						     const void *ra)
{
	struct sync s;
	bool given = sync_begin(&s, b, ra);
	int ret = NEXT(pthread_barrier_wait)(b);

	if (given)
		return s.result ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
	sync_end(&s, false, ret == PTHREAD_BARRIER_SERIAL_THREAD);
	return ret;
}

/* Those that wait for it are counted in its own first word, which libc looks at
 * when it is destroyed: then it is zero again. */
EXPORT int pthread_barrier_wait(pthread_barrier_t *b)
{
	struct thread *self;
	struct want w = { .key = b, .what = "a barrier", .until = SEAT_EVER };
	unsigned *in = (unsigned *)b;
	int ret;

	if (sync_on)
		return barrier_ordered(b, CALLED_FROM);
	if (!turn_on || !(self = turn_take()))
		return NEXT(pthread_barrier_wait)(b);
	if (barrier_shared(b)) {
		while (!turn_leave_shared("a barrier of several processes"))
			;
		ret = real_pthread_barrier_wait(b);
		turn_return();
		return ret;
	}
	turn_spend(self, 1);
	if (*in + 1 == barrier_count(b)) {
		*in = 0;
		turn_wake(b, UINT_MAX, ~0u);
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	++*in;
	turn_wait(self, &w);
	return 0;
}

/* glibc's waits until those who are in it have left. */
EXPORT int pthread_barrier_destroy(pthread_barrier_t *b)
{
	struct want w = { .key = b,
			  .what = "the end of a barrier",
			  .until = SEAT_EVER };
	struct thread *self = turn_on ? turn_take() : NULL;

	while (self && !barrier_shared(b) && *(const unsigned *)b)
		turn_wait(self, &w);
	return NEXT(pthread_barrier_destroy)(b);
}

/* glibc's bits of a once_t. */
#define ONCE_RUNNING 1
#define ONCE_DONE 2
#define ONCE_LOOK 10000000u /* ns: whoever runs it may leave by an exception */

/* Of a recording: one call of pthread_once(). libc hands its function no
 * argument: it is found in the thread's block. */
struct once_call {
	pthread_once_t *once;
	void (*init)(void);
	const void *ra;
	bool given; /* that it runs is known from the recording */
	bool ran;
};

/* What the result says of the thread that runs it. Then comes what it does, and
 * then a ticket, before those of who waited for it. */
#define RUNS 1

static void run_ordered(void)
{
	struct once_call *o = thread_me->once;
	struct sync s;

	o->ran = true;
	if (!o->given && !sync_begin(&s, o->once, o->ra))
		sync_end(&s, false, RUNS);
	o->init();
	if (sync_begin(&s, o->once, o->ra))
		sync_await(&s);
	sync_end(&s, true, 0);
}

static __attribute__((noinline)) int
once_ordered(pthread_once_t *once, void (*init)(void), const void *ra)
{
	struct once_call o = { once, init, ra, false, false };
	void *outer = thread_me->once;
	struct sync s = { 0 };
	int ret;

	if (config.tape == TAPE_REPLAY)
		o.given = sync_begin(&s, once, ra);
	if (o.given)
		sync_await(&s);
	thread_me->once = &o;
	ret = NEXT(pthread_once)(once, run_ordered);
	thread_me->once = outer;
	if (!o.ran && !o.given)
		sync_begin(&s, once, ra);
	if (!o.ran)
		sync_end(&s, true, 0);
	return ret;
}

int lock_once_plain(pthread_once_t *once, void (*init)(void))
{
	return NEXT(pthread_once)(once, init);
}

EXPORT int pthread_once(pthread_once_t *once, void (*init)(void))
{
	struct want w = { .key = once, .what = "an initialisation" };
	struct thread *self;
	int ret;

	if (sync_on && thread_me)
		return once_ordered(once, init, CALLED_FROM);
	if (!turn_on)
		return NEXT(pthread_once)(once, init);
	if (__atomic_load_n(once, __ATOMIC_ACQUIRE) & ONCE_DONE)
		return 0;
	self = turn_take();
	while (self && !turn_alone() && *once & ONCE_RUNNING) {
		w.until = self->clock + ONCE_LOOK;
		turn_wait(self, &w);
	}
	ret = real_pthread_once(once, init);
	turn_wake(once, UINT_MAX, ~0u);
	return ret;
}
