/* SPDX-License-Identifier: MIT */
/* Locks for readers and writers. */
#include "scene.h"

static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t all_in;
static int value, twin, done;

static void *reads_together(void *arg)
{
	must(pthread_rwlock_rdlock(&l) == 0);
	pthread_barrier_wait(&all_in); /* all of them hold it */
	must(pthread_rwlock_unlock(&l) == 0);
	return arg;
}

static void readers(void)
{
	must(pthread_barrier_init(&all_in, NULL, 5) == 0);
	together(5, reads_together);
}

static void *kept_out(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);

	if (arg)
		must(pthread_rwlock_tryrdlock(&l) == EBUSY);
	else
		must(pthread_rwlock_tryrdlock(&l) == 0 &&
		     pthread_rwlock_unlock(&l) == 0);
	must(pthread_rwlock_trywrlock(&l) == EBUSY);
	must(pthread_rwlock_timedwrlock(&l, &soon) == ETIMEDOUT);
	must(reached(CLOCK_REALTIME, &soon));
	return NULL;
}

static void excludes(void)
{
	must(pthread_rwlock_wrlock(&l) == 0);
	joined(start(kept_out, "all"));
	must(pthread_rwlock_unlock(&l) == 0);
	must(pthread_rwlock_rdlock(&l) == 0);
	joined(start(kept_out, NULL));
	must(pthread_rwlock_unlock(&l) == 0);
}

/* Who holds it cannot have it in the other form. */
static void upgrades(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);

	must(pthread_rwlock_wrlock(&l) == 0);
	must(pthread_rwlock_wrlock(&l) == EDEADLK);
	must(pthread_rwlock_rdlock(&l) == EDEADLK);
	must(pthread_rwlock_timedrdlock(&l, &soon) == EDEADLK);
	must(pthread_rwlock_timedwrlock(&l, &soon) == EDEADLK);
	must(pthread_rwlock_trywrlock(&l) == EBUSY);
	must(pthread_rwlock_tryrdlock(&l) == EBUSY);
	must(pthread_rwlock_unlock(&l) == 0);
	must(pthread_rwlock_rdlock(&l) == 0);
	must(pthread_rwlock_trywrlock(&l) == EBUSY);
	must(pthread_rwlock_timedwrlock(&l, &soon) == ETIMEDOUT);
	must(pthread_rwlock_unlock(&l) == 0);
}

static void recursion(void)
{
	for (int i = 0; i < 5; i++)
		must(pthread_rwlock_rdlock(&l) == 0);
	for (int i = 0; i < 5; i++) {
		must(pthread_rwlock_trywrlock(&l) == EBUSY);
		must(pthread_rwlock_unlock(&l) == 0);
	}
	must(pthread_rwlock_trywrlock(&l) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
}

static void *writes(void *arg)
{
	must(pthread_rwlock_wrlock(&l) == 0);
	value++;
	must(pthread_rwlock_unlock(&l) == 0);
	put(done, 1);
	return arg;
}

static void make(int preference)
{
	pthread_rwlockattr_t attr;

	must(pthread_rwlockattr_init(&attr) == 0);
	must(pthread_rwlockattr_setkind_np(&attr, preference) == 0);
	must(pthread_rwlock_init(&l, &attr) == 0);
}

static void *reads_once(void *arg)
{
	must(pthread_rwlock_rdlock(&l) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	return arg;
}

/* A writer that waits does not keep readers out, and comes in the end. */
static void readers_first(void)
{
	pthread_t t;

	make(PTHREAD_RWLOCK_PREFER_READER_NP);
	must(pthread_rwlock_rdlock(&l) == 0);
	t = start(writes, NULL);
	pause_ms(20);
	joined(start(reads_once, NULL));
	must(pthread_rwlock_rdlock(&l) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	must(!peek(done));
	must(pthread_rwlock_unlock(&l) == 0);
	joined(t);
}

/* pthread_rwlockattr_setkind_np(3): a writer that waits keeps readers out. */
static void *finds_writer(void *arg)
{
	struct timespec soon;

	while (pthread_rwlock_tryrdlock(&l) == 0) {
		must(pthread_rwlock_unlock(&l) == 0);
		pause_ms(1);
	}
	soon = in_ms(CLOCK_REALTIME, 10);
	must(pthread_rwlock_timedrdlock(&l, &soon) == ETIMEDOUT);
	return arg;
}

static void writers_first(void)
{
	pthread_t w, r;

	make(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	must(pthread_rwlock_rdlock(&l) == 0);
	w = start(writes, NULL);
	joined(start(finds_writer, NULL));
	r = start(reads_once, NULL);
	must(!peek(done));
	must(pthread_rwlock_unlock(&l) == 0);
	joined(w);
	joined(r);
}

/* The writer that kept them out gives up: those who wait may read. */
static void *writes_not(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 50);

	must(pthread_rwlock_timedwrlock(&l, &soon) == ETIMEDOUT);
	return arg;
}

static void writer_gives_up(void)
{
	pthread_t w, r;

	make(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	must(pthread_rwlock_rdlock(&l) == 0);
	w = start(writes_not, NULL);
	pause_ms(10);
	r = start(reads_once, NULL);
	joined(w);
	joined(r);
	must(pthread_rwlock_unlock(&l) == 0);
}

struct form {
	int (*timed)(pthread_rwlock_t *, const struct timespec *);
	int (*clocked)(pthread_rwlock_t *, clockid_t, const struct timespec *);
};

static const struct form forms[] = {
	{ pthread_rwlock_timedrdlock, pthread_rwlock_clockrdlock },
	{ pthread_rwlock_timedwrlock, pthread_rwlock_clockwrlock },
};

static void *meets_deadlines(void *arg)
{
	const struct form *f = arg;

	for (long ms = -20; ms <= 20; ms += 20) {
		struct timespec real = in_ms(CLOCK_REALTIME, ms), mono;

		must(f->timed(&l, &real) == ETIMEDOUT);
		must(reached(CLOCK_REALTIME, &real));
		real = in_ms(CLOCK_REALTIME, ms);
		must(f->clocked(&l, CLOCK_REALTIME, &real) == ETIMEDOUT);
		mono = in_ms(CLOCK_MONOTONIC, ms);
		must(f->clocked(&l, CLOCK_MONOTONIC, &mono) == ETIMEDOUT);
		must(reached(CLOCK_MONOTONIC, &mono));
		real.tv_nsec = 1000000000;
		must(f->timed(&l, &real) == EINVAL);
		must(f->clocked(&l, CLOCK_MONOTONIC, &real) == EINVAL);
		must(f->clocked(&l, CLOCK_THREAD_CPUTIME_ID, &mono) == EINVAL);
	}
	return NULL;
}

/* glibc looks at the deadline even where nothing is to be waited for. */
static void *meets_free(void *arg)
{
	const struct form *f = arg;
	struct timespec odd = { 1, 1000000000 }, past = { 0, 0 };

	must(f->timed(&l, &odd) == EINVAL);
	must(f->clocked(&l, CLOCK_MONOTONIC, &odd) == EINVAL);
	must(f->clocked(&l, CLOCK_THREAD_CPUTIME_ID, &past) == EINVAL);
	must(f->timed(&l, &past) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	return arg;
}

static void deadlines(void)
{
	for (size_t i = 0; i < count_of(forms); i++)
		joined(start(meets_free, (void *)&forms[i]));
	must(pthread_rwlock_wrlock(&l) == 0);
	for (size_t i = 0; i < count_of(forms); i++)
		joined(start(meets_deadlines, (void *)&forms[i]));
	must(pthread_rwlock_unlock(&l) == 0);
}

static void *gets_it(void *arg)
{
	const struct form *f = arg;
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	must(f->timed(&l, &late) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	late = in_ms(CLOCK_MONOTONIC, 20000);
	must(f->clocked(&l, CLOCK_MONOTONIC, &late) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	return NULL;
}

static void in_time(void)
{
	pthread_t t[4];

	must(pthread_rwlock_wrlock(&l) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		t[i] = start(gets_it, (void *)&forms[i % 2]);
	pause_ms(10);
	must(pthread_rwlock_unlock(&l) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		joined(t[i]);
}

static void *reads_or_writes(void *arg)
{
	for (int i = 0; i < 100; i++) {
		if ((intptr_t)arg % 3) {
			must(pthread_rwlock_rdlock(&l) == 0);
			must(value == twin);
			if (i % 25 == 0)
				sched_yield();
			must(value == twin);
		} else {
			must(pthread_rwlock_wrlock(&l) == 0);
			value++;
			if (i % 25 == 0)
				sched_yield();
			twin++;
		}
		must(pthread_rwlock_unlock(&l) == 0);
	}
	return NULL;
}

static void mixed(void)
{
	static const int preferences[] = {
		PTHREAD_RWLOCK_PREFER_READER_NP,
		PTHREAD_RWLOCK_PREFER_WRITER_NP,
		PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP,
	};

	for (size_t i = 0; i < count_of(preferences); i++) {
		make(preferences[i]);
		value = twin = 0;
		together(6, reads_or_writes);
		must(value == 200 && twin == 200);
		must(pthread_rwlock_destroy(&l) == 0);
	}
}

/* Released by a reader last, then by a writer: those who wait all come. */
static void *reads_and_stays(void *arg)
{
	must(pthread_rwlock_rdlock(&l) == 0);
	add(value, 1);
	until(peek(done));
	must(pthread_rwlock_unlock(&l) == 0);
	return arg;
}

static void all_readers_come(void)
{
	pthread_t t[4];

	must(pthread_rwlock_wrlock(&l) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		t[i] = start(reads_and_stays, NULL);
	pause_ms(5);
	must(pthread_rwlock_unlock(&l) == 0);
	until(peek(value) == 4); /* at the same time */
	put(done, 1);
	for (size_t i = 0; i < count_of(t); i++)
		joined(t[i]);
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
	const struct form *f = arg;
	struct timespec soon = in_ms(CLOCK_REALTIME, 400);

	must(f->timed(&l, &soon) == 0);
	must(pthread_rwlock_unlock(&l) == 0);
	return arg;
}

static void freed_in_handler(void)
{
	handle(SIGUSR1, stays, SA_RESTART);
	for (size_t i = 0; i < count_of(forms); i++) {
		pthread_t t;

		in_handler = may_return = 0;
		must(pthread_rwlock_wrlock(&l) == 0);
		t = start(comes_late, (void *)&forms[i]);
		pause_ms(5);
		must(pthread_kill(t, SIGUSR1) == 0);
		until(peek(in_handler));
		pause_ms(450);
		must(pthread_rwlock_unlock(&l) == 0);
		put(may_return, 1);
		joined(t);
	}
}

TURNS_SCENES({ "readers", readers }, { "excludes", excludes },
	     { "upgrades", upgrades }, { "recursion", recursion },
	     { "readers_first", readers_first },
	     { "writers_first", writers_first },
	     { "writer_gives_up", writer_gives_up }, { "deadlines", deadlines },
	     { "in_time", in_time }, { "mixed", mixed },
	     { "all_readers_come", all_readers_come },
	     { "freed_in_handler", freed_in_handler })
