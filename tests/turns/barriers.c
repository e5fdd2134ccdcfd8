/* SPDX-License-Identifier: MIT */
/* Barriers, spin locks and what is done once. */
#include "scene.h"

#define MEMBERS 5
#define ROUNDS 100
static pthread_barrier_t b;
static int arrived[ROUNDS], serials[ROUNDS], runs, inner_runs, in_routine;

static void *rounds(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int got;

		add(arrived[i], 1);
		got = pthread_barrier_wait(&b);
		must(got == 0 || got == PTHREAD_BARRIER_SERIAL_THREAD);
		must(peek(arrived[i]) == MEMBERS);
		if (got)
			add(serials[i], 1);
	}
	return arg;
}

static void reused(void)
{
	must(pthread_barrier_init(&b, NULL, MEMBERS) == 0);
	together(MEMBERS, rounds);
	for (int i = 0; i < ROUNDS; i++)
		must(serials[i] == 1);
	must(pthread_barrier_destroy(&b) == 0);
}

/* More threads than the barrier takes at a time. */
static void *comes_once(void *arg)
{
	add(runs, 1);
	if (pthread_barrier_wait(&b))
		add(serials[0], 1);
	return arg;
}

static void in_batches(void)
{
	must(pthread_barrier_init(&b, NULL, 3) == 0);
	together(12, comes_once);
	must(serials[0] == 4);
}

static void alone(void)
{
	must(pthread_barrier_init(&b, NULL, 0) == EINVAL);
	must(pthread_barrier_init(&b, NULL, 1) == 0);
	for (int i = 0; i < 3; i++)
		must(pthread_barrier_wait(&b) == PTHREAD_BARRIER_SERIAL_THREAD);
	must(pthread_barrier_destroy(&b) == 0);
}

/* Who is chosen destroys it at once, while others still come out. */
static void *destroys(void *arg)
{
	pthread_barrier_t *shared = arg;

	if (pthread_barrier_wait(shared) == 0)
		return NULL;
	must(pthread_barrier_destroy(shared) == 0);
	memset(shared, 0xff, sizeof(*shared));
	free(shared);
	return NULL;
}

static void destroyed_at_once(void)
{
	for (int i = 0; i < 50; i++) {
		pthread_barrier_t *shared = malloc(sizeof(*shared));
		pthread_t t[3];

		must(shared && pthread_barrier_init(shared, NULL, 3) == 0);
		for (int k = 0; k < 3; k++)
			t[k] = start(destroys, shared);
		for (int k = 0; k < 3; k++)
			joined(t[k]);
	}
}

static void count_signal(int sig)
{
	(void)sig;
	add(runs, 1);
}

static void *waits_at_barrier(void *arg)
{
	pthread_barrier_wait(&b);
	put(in_routine, 2);
	return arg;
}

/* A signal does not end the wait. */
static void interrupted(void)
{
	pthread_t t;

	handle(SIGUSR1, count_signal, 0);
	must(pthread_barrier_init(&b, NULL, 2) == 0);
	t = start(waits_at_barrier, NULL);
	pause_ms(5);
	must(pthread_kill(t, SIGUSR1) == 0);
	until(peek(runs));
	pause_ms(5);
	must(!peek(in_routine));
	pthread_barrier_wait(&b);
	joined(t);
}

static pthread_spinlock_t spin;
static int total;

static void *spins(void *arg)
{
	for (int i = 0; i < 50; i++) {
		int seen;

		must(pthread_spin_lock(&spin) == 0);
		seen = total;
		if (i % 10 == 0) /* it is held while others run */
			sched_yield();
		total = seen + 1;
		must(pthread_spin_unlock(&spin) == 0);
	}
	return arg;
}

static void *tries_to_spin(void *arg)
{
	must(pthread_spin_trylock(&spin) == EBUSY);
	return arg;
}

static void spin_locks(void)
{
	must(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
	together(4, spins);
	must(total == 200);
	must(pthread_spin_lock(&spin) == 0);
	joined(start(tries_to_spin, NULL));
	must(pthread_spin_unlock(&spin) == 0);
	must(pthread_spin_trylock(&spin) == 0);
	must(pthread_spin_unlock(&spin) == 0);
	must(pthread_spin_destroy(&spin) == 0);
}

/* Its holder sleeps: the others burn their time until it wakes. */
static void *spins_once(void *arg)
{
	must(pthread_spin_lock(&spin) == 0);
	total++;
	must(pthread_spin_unlock(&spin) == 0);
	return arg;
}

static void spin_on_sleeper(void)
{
	pthread_t t[2];

	must(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
	must(pthread_spin_lock(&spin) == 0);
	t[0] = start(spins_once, NULL);
	t[1] = start(spins_once, NULL);
	pause_ms(10);
	must(pthread_spin_unlock(&spin) == 0);
	joined(t[0]);
	joined(t[1]);
	must(total == 2);
}

static pthread_once_t once = PTHREAD_ONCE_INIT, inner = PTHREAD_ONCE_INIT;

static void slow_routine(void)
{
	put(in_routine, 1);
	pause_ms(10);
	runs++;
	put(in_routine, 0);
}

static void *calls_once(void *arg)
{
	must(pthread_once(&once, slow_routine) == 0);
	must(peek(runs) == 1);
	must(!peek(in_routine)); /* it has come back */
	return arg;
}

static void once_for_all(void)
{
	together(8, calls_once);
}

static void inner_routine(void)
{
	pause_ms(2);
	inner_runs++;
}

static void outer_routine(void)
{
	must(pthread_once(&inner, inner_routine) == 0);
	must(inner_runs == 1);
	runs++;
}

static void *calls_either(void *arg)
{
	if ((intptr_t)arg % 2)
		must(pthread_once(&inner, inner_routine) == 0);
	else
		must(pthread_once(&once, outer_routine) == 0);
	must(inner_runs == 1);
	return arg;
}

static void once_in_once(void)
{
	together(6, calls_either);
	must(runs == 1);
}

/* Who runs the routine is cancelled: it counts as not done. */
static void cancelled_routine(void)
{
	if (add(runs, 1) > 1)
		return;
	for (;;)
		pause();
}

static void *calls_cancelled(void *arg)
{
	must(pthread_once(&once, cancelled_routine) == 0);
	return arg;
}

static void once_cancelled(void)
{
	pthread_t first = start(calls_cancelled, NULL), rest[3];

	until(peek(runs) == 1);
	for (int i = 0; i < 3; i++)
		rest[i] = start(calls_cancelled, NULL);
	pause_ms(5);
	must(pthread_cancel(first) == 0);
	must(joined(first) == PTHREAD_CANCELED);
	for (int i = 0; i < 3; i++)
		joined(rest[i]);
	must(runs == 2);
}

static void routine_that_exits(void)
{
	if (add(runs, 1) == 1)
		pthread_exit("left");
}

static void *calls_exiting(void *arg)
{
	must(pthread_once(&once, routine_that_exits) == 0);
	return arg;
}

static void once_exited(void)
{
	must(!strcmp(joined(start(calls_exiting, NULL)), "left"));
	joined(start(calls_exiting, NULL));
	must(runs == 2);
}

static void *works(void *arg)
{
	add(inner_runs, 1);
	return arg;
}

static void routine_with_threads(void)
{
	together(3, works);
	runs++;
}

static void *calls_threads(void *arg)
{
	must(pthread_once(&once, routine_with_threads) == 0);
	must(inner_runs == 3);
	return arg;
}

static void once_with_threads(void)
{
	together(4, calls_threads);
	must(runs == 1);
}

TURNS_SCENES({ "reused", reused }, { "in_batches", in_batches },
	     { "alone", alone }, { "destroyed_at_once", destroyed_at_once },
	     { "interrupted", interrupted }, { "spin_locks", spin_locks },
	     { "spin_on_sleeper", spin_on_sleeper },
	     { "once_for_all", once_for_all }, { "once_in_once", once_in_once },
	     { "once_cancelled", once_cancelled },
	     { "once_exited", once_exited },
	     { "once_with_threads", once_with_threads })
