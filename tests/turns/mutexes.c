/* SPDX-License-Identifier: MIT */
/* Mutexes of every type and protocol. */
#include "scene.h"

struct kind {
	int type;
	int protocol;
	int robust;
};

static const struct kind kinds[] = {
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST },
	{ PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST },
	{ PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST },
	{ PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_INHERIT,
	  PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_INHERIT,
	  PTHREAD_MUTEX_STALLED },
	{ PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_ROBUST },
};

static pthread_mutex_t m;
static const struct kind *kind;
static int total, released;

static void make(const struct kind *k)
{
	pthread_mutexattr_t attr;

	kind = k;
	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_settype(&attr, k->type) == 0);
	must(pthread_mutexattr_setprotocol(&attr, k->protocol) == 0);
	must(pthread_mutexattr_setrobust(&attr, k->robust) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
	must(pthread_mutexattr_destroy(&attr) == 0);
}

static void of_every_kind(void (*one)(void))
{
	for (size_t i = 0; i < count_of(kinds); i++) {
		make(&kinds[i]);
		one();
		must(pthread_mutex_destroy(&m) == 0);
	}
}

static bool knows_owner(void)
{
	return kind->type == PTHREAD_MUTEX_RECURSIVE ||
	       kind->type == PTHREAD_MUTEX_ERRORCHECK;
}

static void *other(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 5);

	must(pthread_mutex_trylock(&m) == EBUSY);
	must(pthread_mutex_timedlock(&m, &soon) == ETIMEDOUT);
	must(reached(CLOCK_REALTIME, &soon));
	if (knows_owner() || kind->robust == PTHREAD_MUTEX_ROBUST)
		must(pthread_mutex_unlock(&m) == EPERM);
	return arg;
}

static void own(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 5);
	int got;

	must(pthread_mutex_lock(&m) == 0);
	switch (kind->type) {
	case PTHREAD_MUTEX_RECURSIVE:
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_mutex_trylock(&m) == 0);
		must(pthread_mutex_timedlock(&m, &soon) == 0);
		for (int i = 0; i < 3; i++)
			must(pthread_mutex_unlock(&m) == 0);
		break;
	case PTHREAD_MUTEX_ERRORCHECK:
		must(pthread_mutex_lock(&m) == EDEADLK);
		must(pthread_mutex_timedlock(&m, &soon) == EDEADLK);
		got = pthread_mutex_trylock(&m);
		/* glibc's robust ones and those with priorities say more. */
		must(got == EBUSY || got == EDEADLK);
		break;
	default:
		must(pthread_mutex_trylock(&m) == EBUSY);
	}
	joined(start(other, NULL));
	must(pthread_mutex_unlock(&m) == 0);
	if (knows_owner())
		must(pthread_mutex_unlock(&m) == EPERM);
}

static void errors(void)
{
	of_every_kind(own);
}

static void *adds(void *arg)
{
	for (int i = 0; i < 200; i++) {
		int seen;

		must(pthread_mutex_lock(&m) == 0);
		seen = total;
		if (i % 50 == 0)
			sched_yield();
		total = seen + 1;
		must(pthread_mutex_unlock(&m) == 0);
	}
	return arg;
}

static void count(void)
{
	total = 0;
	together(4, adds);
	must(total == 800);
}

static void contended(void)
{
	of_every_kind(count);
}

static void *waits_its_time(void *arg)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	must(pthread_mutex_timedlock(&m, &late) == 0);
	must(peek(released));
	must(pthread_mutex_unlock(&m) == 0);
	late = in_ms(CLOCK_MONOTONIC, 20000);
	must(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &late) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void hand_over(void)
{
	pthread_t t;

	put(released, 0);
	must(pthread_mutex_lock(&m) == 0);
	t = start(waits_its_time, NULL);
	pause_ms(10);
	put(released, 1);
	must(pthread_mutex_unlock(&m) == 0);
	joined(t);
}

static void timed_success(void)
{
	of_every_kind(hand_over);
}

static void *bad_deadlines(void *arg)
{
	struct timespec past = in_ms(CLOCK_REALTIME, -100);
	struct timespec ancient = { -5, 0 }, odd = in_ms(CLOCK_REALTIME, 100);

	must(pthread_mutex_timedlock(&m, &past) == ETIMEDOUT);
	must(pthread_mutex_timedlock(&m, &ancient) == ETIMEDOUT);
	odd.tv_nsec = 1000000000;
	must(pthread_mutex_timedlock(&m, &odd) == EINVAL);
	odd.tv_nsec = -1;
	must(pthread_mutex_timedlock(&m, &odd) == EINVAL);
	past = in_ms(CLOCK_MONOTONIC, 0);
	must(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &past) == ETIMEDOUT);
	past = in_ms(CLOCK_MONOTONIC, 10);
	must(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &past) == ETIMEDOUT);
	must(reached(CLOCK_MONOTONIC, &past));
	must(pthread_mutex_clocklock(&m, CLOCK_PROCESS_CPUTIME_ID, &past) ==
	     EINVAL);
	return arg;
}

/* It is free; glibc minds the clock, not the moment. */
static void *odd_clock(void *arg)
{
	struct timespec odd = { 1, 1000000000 };

	must(pthread_mutex_clocklock(&m, CLOCK_PROCESS_CPUTIME_ID, &odd) ==
	     EINVAL);
	must(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &odd) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void deadlines(void)
{
	struct timespec past = in_ms(CLOCK_REALTIME, -100);

	make(&kinds[0]);
	/* What is free is had, whatever the deadline. */
	must(pthread_mutex_timedlock(&m, &past) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	joined(start(odd_clock, NULL));
	must(pthread_mutex_lock(&m) == 0);
	joined(start(bad_deadlines, NULL));
	must(pthread_mutex_unlock(&m) == 0);
}

/* Nothing but trylock in the loop. */
static void *tries(void *arg)
{
	put(released, 1);
	while (pthread_mutex_trylock(&m))
		;
	total++;
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void trylock_loops(void)
{
	pthread_t t[3];

	make(&kinds[0]);
	must(pthread_mutex_lock(&m) == 0);
	for (int i = 0; i < 3; i++)
		t[i] = start(tries, NULL);
	until(peek(released));
	pause_ms(5);
	must(pthread_mutex_unlock(&m) == 0);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
	must(total == 3);
}

#define FORKS 5
static pthread_mutex_t fork_of[FORKS];
static int meals;

static void *dines(void *arg)
{
	pthread_mutex_t *left = &fork_of[(intptr_t)arg];
	pthread_mutex_t *right = &fork_of[((intptr_t)arg + 1) % FORKS];

	for (int i = 0; i < 50;) {
		must(pthread_mutex_lock(left) == 0);
		if (pthread_mutex_trylock(right) == 0) {
			i++;
			add(meals, 1);
			must(pthread_mutex_unlock(right) == 0);
		}
		must(pthread_mutex_unlock(left) == 0);
		sched_yield();
	}
	return arg;
}

static void philosophers(void)
{
	for (int i = 0; i < FORKS; i++)
		must(pthread_mutex_init(&fork_of[i], NULL) == 0);
	together(FORKS, dines);
	must(meals == FORKS * 50);
}

/* Whoever drops the last reference frees the mutex with it, right after its
 * own unlock: others must be done with it by then. */
struct counted {
	pthread_mutex_t m;
	int refs;
};

static void *drops(void *arg)
{
	struct counted *c = arg;
	int left;

	must(pthread_mutex_lock(&c->m) == 0);
	left = --c->refs;
	must(pthread_mutex_unlock(&c->m) == 0);
	if (left)
		return NULL;
	must(pthread_mutex_destroy(&c->m) == 0);
	memset(c, 0xff, sizeof(*c));
	free(c);
	return arg;
}

static void freed_after_unlock(void)
{
	for (int i = 0; i < 100; i++) {
		struct counted *c = malloc(sizeof(*c));
		pthread_t t[2];

		must(c && pthread_mutex_init(&c->m, NULL) == 0);
		c->refs = 3;
		must(pthread_mutex_lock(&c->m) == 0);
		t[0] = start(drops, c);
		t[1] = start(drops, c);
		sched_yield();
		must(pthread_mutex_unlock(&c->m) == 0);
		drops(c);
		joined(t[0]);
		joined(t[1]);
	}
}

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;

static void static_ones(void)
{
	must(pthread_mutex_lock(&recursive) == 0);
	must(pthread_mutex_lock(&recursive) == 0);
	must(pthread_mutex_unlock(&recursive) == 0);
	must(pthread_mutex_unlock(&recursive) == 0);
	must(pthread_mutex_unlock(&recursive) == EPERM);
	must(pthread_mutex_lock(&checked) == 0);
	must(pthread_mutex_lock(&checked) == EDEADLK);
	must(pthread_mutex_destroy(&checked) == EBUSY);
	must(pthread_mutex_unlock(&checked) == 0);
	must(pthread_mutex_lock(&adaptive) == 0);
	must(pthread_mutex_trylock(&adaptive) == EBUSY);
	must(pthread_mutex_unlock(&adaptive) == 0);
}

/* A normal mutex that its owner locks again blocks until the deadline. */
static void relocked(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 400);

	make(&kinds[0]);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_timedlock(&m, &soon) == ETIMEDOUT);
	must(reached(CLOCK_REALTIME, &soon));
	must(pthread_mutex_unlock(&m) == 0);
}

static void *dies(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	if (arg)
		until(peek(released));
	return NULL;
}

static int by_lock(void)
{
	return pthread_mutex_lock(&m);
}

static int by_try(void)
{
	return pthread_mutex_trylock(&m);
}

static int by_time(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	return pthread_mutex_timedlock(&m, &late);
}

static int by_clock(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 20000);

	return pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &late);
}

/* Trylock last: glibc 2.36 keeps the lock of a lost mutex that it refuses. */
static int (*const ways[])(void) = { by_lock, by_time, by_clock, by_try };

/* Older kernels cannot wait for a mutex with priorities by that clock. */
static bool has(int (*way)(void))
{
	return way != by_clock || kind->protocol == PTHREAD_PRIO_NONE;
}

static void *never(void *arg)
{
	must(ways[(intptr_t)arg]() == ENOTRECOVERABLE);
	return NULL;
}

static void dead_owner(void)
{
	if (kind->robust != PTHREAD_MUTEX_ROBUST)
		return;
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_consistent(&m) == EINVAL);
	must(pthread_mutex_unlock(&m) == 0);
	for (size_t i = 0; i < count_of(ways); i++) {
		if (!has(ways[i]))
			continue;
		joined(start(dies, NULL));
		must(ways[i]() == EOWNERDEAD);
		must(pthread_mutex_consistent(&m) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		must(ways[i]() == 0);
		must(pthread_mutex_unlock(&m) == 0);
	}
	joined(start(dies, NULL));
	must(pthread_mutex_lock(&m) == EOWNERDEAD);
	must(pthread_mutex_unlock(&m) == 0); /* as it is */
	for (size_t i = 0; i < count_of(ways); i++)
		if (has(ways[i]))
			joined(start(never, (void *)i));
}

static void robust(void)
{
	of_every_kind(dead_owner);
}

static void *inherits(void *arg)
{
	int got = ways[(intptr_t)arg]();

	while (got == EBUSY) { /* of trylock */
		pause_ms(1);
		got = ways[(intptr_t)arg]();
	}
	must(got == EOWNERDEAD || got == 0);
	if (got == EOWNERDEAD) {
		must(pthread_mutex_consistent(&m) == 0);
		add(total, 1);
	}
	must(pthread_mutex_unlock(&m) == 0);
	return NULL;
}

/* Blocked when the owner dies: one of them inherits it. */
static void awaited_death(void)
{
	pthread_t owner, t[3];

	if (kind->robust != PTHREAD_MUTEX_ROBUST)
		return;
	total = 0;
	put(released, 0);
	owner = start(dies, "later");
	until(pthread_mutex_trylock(&m) == EBUSY ||
	      pthread_mutex_unlock(&m) < 0);
	for (int i = 0; i < 3; i++)
		t[i] = start(inherits, (void *)(intptr_t)i);
	pause_ms(10);
	put(released, 1);
	joined(owner);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
	must(total == 1);
}

static void robust_awaited(void)
{
	of_every_kind(awaited_death);
}

/* Who waits for it learns that nobody can have it any more. Two at most: the
 * third is never woken by glibc 2.36, whose unlock of a lost mutex wakes as if
 * it were private what waits as if it were shared. */
static void *gives_up(void *arg)
{
	int got = pthread_mutex_lock(&m);

	if (got == EOWNERDEAD) {
		add(total, 1);
		must(pthread_mutex_unlock(&m) == 0);
	} else {
		must(got == ENOTRECOVERABLE);
	}
	return arg;
}

static void robust_lost(void)
{
	pthread_t owner, t[2];

	make(&kinds[4]);
	owner = start(dies, "later");
	until(pthread_mutex_trylock(&m) == EBUSY ||
	      pthread_mutex_unlock(&m) < 0);
	for (int i = 0; i < 2; i++)
		t[i] = start(gives_up, NULL);
	pause_ms(10);
	put(released, 1);
	joined(owner);
	for (int i = 0; i < 2; i++)
		joined(t[i]);
	must(total == 1);
	must(pthread_mutex_destroy(&m) == 0);
}

/* Dead ones of two mutexes at once, the owner cancelled. */
static pthread_mutex_t second;

static void *dies_with_both(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_lock(&second) == 0);
	put(released, 1);
	for (;;)
		pause();
	return arg;
}

static void robust_cancelled(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;

	make(&kinds[4]);
	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0);
	must(pthread_mutex_init(&second, &attr) == 0);
	t = start(dies_with_both, NULL);
	until(peek(released));
	must(pthread_cancel(t) == 0);
	must(pthread_mutex_lock(&m) == EOWNERDEAD);
	must(pthread_mutex_lock(&second) == EOWNERDEAD);
	must(joined(t) == PTHREAD_CANCELED);
	must(pthread_mutex_consistent(&m) == 0);
	must(pthread_mutex_consistent(&second) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_mutex_unlock(&second) == 0);
}

/* Priority ceilings need a real-time policy. */
static void *under_ceiling(void *arg)
{
	struct sched_param p = { .sched_priority = 5 };
	int was;

	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &p))
		skip("no real-time policy for this user");
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_trylock(&m) == EBUSY);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_mutex_setprioceiling(&m, 3, &was) == 0);
	must(was == 10);
	must(pthread_mutex_lock(&m) == EINVAL); /* above it */
	must(pthread_mutex_getprioceiling(&m, &was) == 0);
	must(was == 3);
	return arg;
}

static void ceiling(void)
{
	pthread_mutexattr_t attr;

	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_PROTECT) == 0);
	must(pthread_mutexattr_setprioceiling(&attr, 10) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
	joined(start(under_ceiling, NULL));
}

/* A mutex inside a mutex, taken in one order, released in the other. */
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;

static void *nests(void *arg)
{
	for (int i = 0; i < 100; i++) {
		must(pthread_mutex_lock(&outer) == 0);
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_mutex_unlock(&outer) == 0);
		total++;
		if (i % 20 == 0)
			pause_ms(0);
		must(pthread_mutex_unlock(&m) == 0);
	}
	return arg;
}

static void hand_over_hand(void)
{
	make(&kinds[0]);
	together(4, nests);
	must(total == 400);
}

/* In use by one who waits for a condition: glibc says so. */
static pthread_cond_t used = PTHREAD_COND_INITIALIZER;
static int waiting, over;

static void *waits_with(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	waiting = 1;
	while (!over)
		must(pthread_cond_wait(&used, &m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void destroyed_in_use(void)
{
	for (size_t i = 0; i < count_of(kinds); i++) {
		pthread_t t;
		bool waits;

		if (kinds[i].robust == PTHREAD_MUTEX_ROBUST)
			continue;
		make(&kinds[i]);
		waiting = over = 0;
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_mutex_destroy(&m) == EBUSY);
		must(pthread_mutex_unlock(&m) == 0);
		t = start(waits_with, NULL);
		do {
			pause_ms(1);
			must(pthread_mutex_lock(&m) == 0);
			waits = waiting;
			must(pthread_mutex_unlock(&m) == 0);
		} while (!waits);
		must(pthread_mutex_destroy(&m) == EBUSY);
		must(pthread_mutex_lock(&m) == 0);
		over = 1;
		must(pthread_cond_signal(&used) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		joined(t);
		must(pthread_mutex_destroy(&m) == 0);
	}
}

/* Who waits for what was in its place before, gets nothing of it. */
static void *waits_for_ever(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	_exit(1);
	return arg;
}

static void made_anew(void)
{
	make(&kinds[0]);
	must(pthread_mutex_lock(&m) == 0);
	start(waits_for_ever, NULL);
	pause_ms(5);
	make(&kinds[0]);
	for (int i = 0; i < 10; i++) {
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		pause_ms(1);
	}
}

/* Its time runs out while a handler runs, and it is free when that returns. */
static int in_handler, may_return;

static void stays(int sig)
{
	(void)sig;
	put(in_handler, 1);
	until(peek(may_return));
}

static void *comes_late(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 400);

	must(pthread_mutex_timedlock(&m, &soon) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void freed_in_handler(void)
{
	pthread_t t;

	make(&kinds[0]);
	handle(SIGUSR1, stays, SA_RESTART);
	must(pthread_mutex_lock(&m) == 0);
	t = start(comes_late, NULL);
	pause_ms(5);
	must(pthread_kill(t, SIGUSR1) == 0);
	until(peek(in_handler));
	pause_ms(450);
	must(pthread_mutex_unlock(&m) == 0);
	put(may_return, 1);
	joined(t);
}

TURNS_SCENES({ "errors", errors }, { "contended", contended },
	     { "timed_success", timed_success }, { "deadlines", deadlines },
	     { "trylock_loops", trylock_loops },
	     { "philosophers", philosophers },
	     { "freed_after_unlock", freed_after_unlock },
	     { "static_ones", static_ones }, { "relocked", relocked },
	     { "robust", robust }, { "robust_awaited", robust_awaited },
	     { "robust_lost", robust_lost },
	     { "robust_cancelled", robust_cancelled }, { "ceiling", ceiling },
	     { "hand_over_hand", hand_over_hand },
	     { "destroyed_in_use", destroyed_in_use },
	     { "made_anew", made_anew }, { "freed_in_handler", freed_in_handler })
