/* SPDX-License-Identifier: MIT */
/* Condition variables. */
#include "scene.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int flag, waiting, woken;

static void make_mutex(int type)
{
	pthread_mutexattr_t attr;

	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_settype(&attr, type) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
}

static void *waits(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	waiting++;
	while (!flag)
		must(pthread_cond_wait(&c, &m) == 0);
	woken++;
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void wait_for_waiters(int n)
{
	int now;

	do {
		must(pthread_mutex_lock(&m) == 0);
		now = waiting;
		must(pthread_mutex_unlock(&m) == 0);
		sched_yield();
	} while (now < n);
}

static void raise_flag(void)
{
	must(pthread_mutex_lock(&m) == 0);
	flag = 1;
	must(pthread_mutex_unlock(&m) == 0);
}

static void signal_unlocked(void)
{
	pthread_t t = start(waits, NULL);

	wait_for_waiters(1);
	raise_flag();
	must(pthread_cond_signal(&c) == 0);
	joined(t);
}

static void signal_locked(void)
{
	pthread_t t = start(waits, NULL);

	wait_for_waiters(1);
	must(pthread_mutex_lock(&m) == 0);
	flag = 1;
	must(pthread_cond_signal(&c) == 0);
	must(woken == 0);
	pause_ms(5);
	must(woken == 0);
	must(pthread_mutex_unlock(&m) == 0);
	joined(t);
	must(woken == 1);
}

static void broadcast(void)
{
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		t[i] = start(waits, NULL);
	wait_for_waiters(8);
	raise_flag();
	must(pthread_cond_broadcast(&c) == 0);
	for (int i = 0; i < 8; i++)
		joined(t[i]);
	must(woken == 8);
}

/* One signal for each waiter. */
static void signals(void)
{
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		t[i] = start(waits, NULL);
	wait_for_waiters(8);
	raise_flag();
	for (int i = 0; i < 8; i++)
		must(pthread_cond_signal(&c) == 0);
	for (int i = 0; i < 8; i++)
		joined(t[i]);
	must(woken == 8);
}

static void not_stored(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);
	int got;

	must(pthread_cond_signal(&c) == 0);
	must(pthread_cond_broadcast(&c) == 0);
	must(pthread_mutex_lock(&m) == 0);
	do /* it may return for no reason */
		got = pthread_cond_timedwait(&c, &m, &soon);
	while (got == 0);
	must(got == ETIMEDOUT);
	must(reached(CLOCK_REALTIME, &soon));
	must(pthread_mutex_unlock(&m) == 0);
}

static void recursive(void)
{
	make_mutex(PTHREAD_MUTEX_RECURSIVE);
	broadcast();
}

/* The wait gives up one level alone: nobody else gets in. */
static void *kept_out(void *arg)
{
	must(pthread_mutex_trylock(&m) == EBUSY);
	return arg;
}

static void recursive_twice(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 20);
	pthread_t t;

	make_mutex(PTHREAD_MUTEX_RECURSIVE);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_lock(&m) == 0);
	t = start(kept_out, NULL);
	while (pthread_cond_timedwait(&c, &m, &soon) != ETIMEDOUT)
		;
	joined(t);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_mutex_unlock(&m) == EPERM);
}

static void error_checked(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);

	make_mutex(PTHREAD_MUTEX_ERRORCHECK);
	must(pthread_cond_wait(&c, &m) == EPERM);
	must(pthread_cond_timedwait(&c, &m, &soon) == EPERM);
	broadcast();
	must(pthread_mutex_lock(&m) == 0);
	while (pthread_cond_timedwait(&c, &m, &soon) != ETIMEDOUT)
		;
	must(pthread_mutex_lock(&m) == EDEADLK); /* it is ours again */
	must(pthread_mutex_unlock(&m) == 0);
}

static void with_priorities(void)
{
	pthread_mutexattr_t attr;

	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
	broadcast();
}

static void expires(pthread_cond_t *cond, clockid_t clock, long ms)
{
	struct timespec soon = in_ms(clock, ms);
	int got;

	must(pthread_mutex_lock(&m) == 0);
	do
		got = pthread_cond_timedwait(cond, &m, &soon);
	while (got == 0);
	must(got == ETIMEDOUT);
	must(reached(clock, &soon));
	must(pthread_mutex_unlock(&m) == 0);
}

static void clock_expires(clockid_t clock, long ms)
{
	struct timespec soon = in_ms(clock, ms);
	int got;

	must(pthread_mutex_lock(&m) == 0);
	do
		got = pthread_cond_clockwait(&c, &m, clock, &soon);
	while (got == 0);
	must(got == ETIMEDOUT);
	must(reached(clock, &soon));
	must(pthread_mutex_unlock(&m) == 0);
}

static void deadlines(void)
{
	struct timespec odd = in_ms(CLOCK_REALTIME, 1000), old = { -1, 0 };
	pthread_condattr_t attr;
	pthread_cond_t monotonic;

	must(pthread_condattr_init(&attr) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID) ==
	     EINVAL);
	must(pthread_cond_init(&monotonic, &attr) == 0);
	for (long ms = -20; ms <= 20; ms += 20) {
		expires(&c, CLOCK_REALTIME, ms);
		expires(&monotonic, CLOCK_MONOTONIC, ms);
		clock_expires(CLOCK_REALTIME, ms);
		clock_expires(CLOCK_MONOTONIC, ms);
	}
	make_mutex(PTHREAD_MUTEX_ERRORCHECK);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_cond_timedwait(&c, &m, &old) == ETIMEDOUT);
	odd.tv_nsec = 1000000000;
	must(pthread_cond_timedwait(&c, &m, &odd) == EINVAL);
	must(pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC, &odd) == EINVAL);
	odd.tv_nsec = -1;
	must(pthread_cond_timedwait(&c, &m, &odd) == EINVAL);
	odd = in_ms(CLOCK_MONOTONIC, 10);
	must(pthread_cond_clockwait(&c, &m, CLOCK_PROCESS_CPUTIME_ID, &odd) ==
	     EINVAL);
	must(pthread_mutex_unlock(&m) == 0); /* all that time it was ours */
	must(pthread_cond_destroy(&monotonic) == 0);
}

static void *waits_long(void *arg)
{
	struct timespec late =
		in_ms(arg ? CLOCK_MONOTONIC : CLOCK_REALTIME, 20000);

	must(pthread_mutex_lock(&m) == 0);
	waiting++;
	while (!flag) {
		if (arg)
			must(pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC,
						    &late) == 0);
		else
			must(pthread_cond_timedwait(&c, &m, &late) == 0);
	}
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void in_time(void)
{
	pthread_t a = start(waits_long, NULL), b = start(waits_long, "clock");

	wait_for_waiters(2);
	raise_flag();
	must(pthread_cond_broadcast(&c) == 0);
	joined(a);
	joined(b);
}

/* Many expire at once, and beside them one is signalled. */
static void *expires_late(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 5 + (intptr_t)arg % 3);

	must(pthread_mutex_lock(&m) == 0);
	while (pthread_cond_timedwait(&c, &m, &soon) == 0)
		;
	woken++;
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void crowd_expires(void)
{
	pthread_t t = start(waits_long, NULL);

	together(20, expires_late);
	must(woken == 20);
	raise_flag();
	must(pthread_cond_broadcast(&c) == 0);
	joined(t);
}

/* One condition, another mutex each time. */
static void other_mutexes(void)
{
	for (int i = 0; i < 5; i++) {
		must(pthread_mutex_init(&m, NULL) == 0);
		flag = waiting = 0;
		signal_unlocked();
		must(pthread_mutex_destroy(&m) == 0);
	}
}

/* It may be destroyed when all who waited are unblocked, though they have not
 * come back yet. */
struct element {
	pthread_cond_t ready;
	int waiting;
};

static void *waits_on_element(void *arg)
{
	struct element *e = arg;

	must(pthread_mutex_lock(&m) == 0);
	e->waiting++;
	must(pthread_cond_wait(&e->ready, &m) == 0);
	woken++;
	must(pthread_mutex_unlock(&m) == 0);
	return NULL;
}

static void destroyed_after_broadcast(void)
{
	for (int i = 0; i < 50; i++) {
		struct element *e = calloc(1, sizeof(*e));
		pthread_t t[3];
		int n;

		must(e && pthread_cond_init(&e->ready, NULL) == 0);
		for (int k = 0; k < 3; k++)
			t[k] = start(waits_on_element, e);
		do {
			sched_yield();
			must(pthread_mutex_lock(&m) == 0);
			n = e->waiting;
			if (n == 3)
				must(pthread_cond_broadcast(&e->ready) == 0);
			must(pthread_mutex_unlock(&m) == 0);
		} while (n < 3);
		must(pthread_cond_destroy(&e->ready) == 0);
		memset(e, 0xff, sizeof(*e));
		free(e);
		for (int k = 0; k < 3; k++)
			joined(t[k]);
	}
	must(woken == 150);
}

#define ROUNDS 1000
static int ball;
static pthread_cond_t side[2] = { PTHREAD_COND_INITIALIZER,
				  PTHREAD_COND_INITIALIZER };

static void *plays(void *arg)
{
	int me = (int)(intptr_t)arg;

	must(pthread_mutex_lock(&m) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		while (ball % 2 != me)
			must(pthread_cond_wait(&side[me], &m) == 0);
		ball++;
		must(pthread_cond_signal(&side[!me]) == 0);
	}
	must(pthread_mutex_unlock(&m) == 0);
	return NULL;
}

static void ping_pong(void)
{
	together(2, plays);
	must(ball == 2 * ROUNDS);
}

#define ITEMS 300
static pthread_cond_t more = PTHREAD_COND_INITIALIZER,
		      room = PTHREAD_COND_INITIALIZER;
static int buffer[4], head, tail, sum;

static void *produces(void *arg)
{
	for (int i = 1; i <= ITEMS; i++) {
		must(pthread_mutex_lock(&m) == 0);
		while (head - tail == (int)count_of(buffer))
			must(pthread_cond_wait(&room, &m) == 0);
		buffer[head++ % count_of(buffer)] = i;
		must(pthread_mutex_unlock(&m) == 0);
		must(pthread_cond_signal(&more) == 0);
	}
	return arg;
}

static void *consumes(void *arg)
{
	for (int i = 0; i < ITEMS; i++) {
		must(pthread_mutex_lock(&m) == 0);
		while (head == tail)
			must(pthread_cond_wait(&more, &m) == 0);
		sum += buffer[tail++ % count_of(buffer)];
		must(pthread_cond_signal(&room) == 0);
		must(pthread_mutex_unlock(&m) == 0);
	}
	return arg;
}

static void *either(void *arg)
{
	return (intptr_t)arg % 2 ? produces(arg) : consumes(arg);
}

static void bounded_buffer(void)
{
	together(6, either);
	must(sum == 3 * ITEMS * (ITEMS + 1) / 2);
}

/* A robust mutex whose owner dies while others wait for the condition. */
static void *robust_waiter(void *arg)
{
	int got;

	must(pthread_mutex_lock(&m) == 0);
	waiting++;
	got = pthread_cond_wait(&c, &m);
	must(got == EOWNERDEAD);
	must(pthread_mutex_consistent(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void *signals_and_dies(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_cond_signal(&c) == 0);
	return arg;
}

static void robust_owner_dies(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;

	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
	t = start(robust_waiter, NULL);
	wait_for_waiters(1);
	joined(start(signals_and_dies, NULL));
	joined(t);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
}

/* The same memory is one thing after another, each waited for: whoever keeps
 * what it knows by address has to forget. */
static union {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t lock;
	pthread_barrier_t barrier;
	char bytes[64];
} place;

static void *uses_place(void *arg)
{
	switch ((intptr_t)arg) {
	case 0:
		must(pthread_mutex_lock(&place.mutex) == 0);
		must(pthread_mutex_unlock(&place.mutex) == 0);
		break;
	case 1:
		must(pthread_mutex_lock(&m) == 0);
		waiting++;
		while (!flag)
			must(pthread_cond_wait(&place.cond, &m) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		break;
	case 2:
		must(pthread_rwlock_rdlock(&place.lock) == 0);
		must(pthread_rwlock_unlock(&place.lock) == 0);
		break;
	default:
		pthread_barrier_wait(&place.barrier);
	}
	return NULL;
}

static void address_reused(void)
{
	pthread_t t;

	for (int i = 0; i < 5; i++) {
		must(pthread_mutex_init(&place.mutex, NULL) == 0);
		must(pthread_mutex_lock(&place.mutex) == 0);
		t = start(uses_place, (void *)0);
		pause_ms(2);
		must(pthread_mutex_unlock(&place.mutex) == 0);
		joined(t);
		memset(&place, 0, sizeof(place)); /* nobody must destroy it */
		must(pthread_cond_init(&place.cond, NULL) == 0);
		flag = waiting = 0;
		t = start(uses_place, (void *)1);
		wait_for_waiters(1);
		raise_flag();
		must(pthread_cond_signal(&place.cond) == 0);
		joined(t);
		memset(&place, 0, sizeof(place));
		must(pthread_rwlock_init(&place.lock, NULL) == 0);
		must(pthread_rwlock_wrlock(&place.lock) == 0);
		t = start(uses_place, (void *)2);
		pause_ms(2);
		must(pthread_rwlock_unlock(&place.lock) == 0);
		joined(t);
		memset(&place, 0, sizeof(place));
		must(pthread_barrier_init(&place.barrier, NULL, 2) == 0);
		t = start(uses_place, (void *)3);
		pause_ms(2);
		pthread_barrier_wait(&place.barrier);
		joined(t);
		memset(&place, 0, sizeof(place));
	}
}

TURNS_SCENES({ "signal_unlocked", signal_unlocked },
	     { "signal_locked", signal_locked }, { "broadcast", broadcast },
	     { "signals", signals }, { "not_stored", not_stored },
	     { "recursive", recursive }, { "recursive_twice", recursive_twice },
	     { "error_checked", error_checked },
	     { "with_priorities", with_priorities }, { "deadlines", deadlines },
	     { "in_time", in_time }, { "crowd_expires", crowd_expires },
	     { "other_mutexes", other_mutexes },
	     { "destroyed_after_broadcast", destroyed_after_broadcast },
	     { "ping_pong", ping_pong }, { "bounded_buffer", bounded_buffer },
	     { "robust_owner_dies", robust_owner_dies },
	     { "address_reused", address_reused })
