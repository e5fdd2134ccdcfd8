/* SPDX-License-Identifier: MIT */
/* Semaphores. */
#include <limits.h>
#include <semaphore.h>

#include "scene.h"

static sem_t s, reply;
static int sum, handled;

static int value_of(sem_t *sem)
{
	int value;

	must(sem_getvalue(sem, &value) == 0);
	return value;
}

static void values(void)
{
	must(sem_init(&s, 0, 2) == 0);
	must(sem_wait(&s) == 0);
	must(sem_trywait(&s) == 0);
	must(sem_trywait(&s) == -1 && errno == EAGAIN);
	must(value_of(&s) == 0);
	for (int i = 0; i < 5; i++)
		must(sem_post(&s) == 0);
	must(value_of(&s) == 5);
	must(sem_destroy(&s) == 0);
	must(sem_init(&s, 0, (unsigned)INT_MAX + 1) == -1 && errno == EINVAL);
	must(sem_init(&s, 0, INT_MAX) == 0);
	must(sem_post(&s) == -1 && errno == EOVERFLOW);
	must(value_of(&s) == INT_MAX);
}

static void *takes(void *arg)
{
	for (int i = 0; i < 100; i++) {
		must(sem_wait(&s) == 0);
		add(sum, 1);
	}
	return arg;
}

static void *gives(void *arg)
{
	for (int i = 0; i < 100; i++) {
		must(sem_post(&s) == 0);
		if (i % 30 == 0)
			sched_yield();
	}
	return arg;
}

static void *gives_or_takes(void *arg)
{
	return (intptr_t)arg % 2 ? gives(arg) : takes(arg);
}

static void counts(void)
{
	must(sem_init(&s, 0, 0) == 0);
	together(8, gives_or_takes);
	must(sum == 400 && value_of(&s) == 0);
}

static void *plays(void *arg)
{
	for (int i = 0; i < 500; i++) {
		must(sem_wait(&s) == 0);
		must(sem_post(&reply) == 0);
	}
	return arg;
}

static void ping_pong(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0 && sem_init(&reply, 0, 0) == 0);
	t = start(plays, NULL);
	for (int i = 0; i < 500; i++) {
		must(sem_post(&s) == 0);
		must(sem_wait(&reply) == 0);
	}
	joined(t);
}

static void deadlines(void)
{
	struct timespec odd = in_ms(CLOCK_REALTIME, 1000), past;

	must(sem_init(&s, 0, 0) == 0);
	for (long ms = -20; ms <= 20; ms += 20) {
		struct timespec real = in_ms(CLOCK_REALTIME, ms), mono;

		must(sem_timedwait(&s, &real) == -1 && errno == ETIMEDOUT);
		must(reached(CLOCK_REALTIME, &real));
		mono = in_ms(CLOCK_MONOTONIC, ms);
		must(sem_clockwait(&s, CLOCK_MONOTONIC, &mono) == -1 &&
		     errno == ETIMEDOUT);
		must(reached(CLOCK_MONOTONIC, &mono));
		must(sem_clockwait(&s, CLOCK_PROCESS_CPUTIME_ID, &mono) == -1 &&
		     errno == EINVAL);
	}
	odd.tv_nsec = -1;
	must(sem_timedwait(&s, &odd) == -1 && errno == EINVAL);
	odd.tv_nsec = 1000000000;
	must(sem_timedwait(&s, &odd) == -1 && errno == EINVAL);
	/* What is there is had, whatever the deadline. */
	past = in_ms(CLOCK_REALTIME, -50);
	must(sem_post(&s) == 0);
	must(sem_timedwait(&s, &past) == 0);
}

static void *posts_later(void *arg)
{
	pause_ms(10);
	must(sem_post(&s) == 0);
	pause_ms(10);
	must(sem_post(&s) == 0);
	return arg;
}

static void in_time(void)
{
	struct timespec late;
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	t = start(posts_later, NULL);
	late = in_ms(CLOCK_REALTIME, 20000);
	must(sem_timedwait(&s, &late) == 0);
	late = in_ms(CLOCK_MONOTONIC, 20000);
	must(sem_clockwait(&s, CLOCK_MONOTONIC, &late) == 0);
	joined(t);
}

static void post_from_handler(int sig)
{
	int kept = errno;

	(void)sig;
	add(handled, 1);
	must(sem_post(&s) == 0);
	errno = kept;
}

static void *waits(void *arg)
{
	while (sem_wait(&s))
		must(errno == EINTR);
	must(peek(handled) == (int)(intptr_t)arg);
	return arg;
}

/* The handler runs in the thread that is blocked in sem_wait. */
static void posted_from_handler(void)
{
	static const int flags[] = { 0, SA_RESTART };

	must(sem_init(&s, 0, 0) == 0);
	for (intptr_t i = 0; i < 6; i++) {
		pthread_t t;

		handle(SIGUSR1, post_from_handler, flags[i % 2]);
		t = start(waits, (void *)(i + 1));
		pause_ms(i < 2 ? 0 : 10);
		must(pthread_kill(t, SIGUSR1) == 0);
		joined(t);
		must(value_of(&s) == 0);
	}
}

/* The handler runs in another thread than the one blocked. */
static void posted_by_bystander(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, post_from_handler, 0);
	t = start(waits, (void *)1);
	pause_ms(5);
	must(raise(SIGUSR1) == 0);
	joined(t);
}

static void just_count(int sig)
{
	(void)sig;
	add(handled, 1);
}

static void *is_interrupted(void *arg)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	must(sem_wait(&s) == -1 && errno == EINTR);
	put(sum, 1);
	must(sem_timedwait(&s, &late) == -1 && errno == EINTR);
	return arg;
}

/* Sent again and again: the first may come before the wait. */
static void interrupted(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, just_count, 0);
	t = start(is_interrupted, NULL);
	while (pthread_tryjoin_np(t, NULL)) {
		must(pthread_kill(t, SIGUSR1) == 0);
		pause_ms(2);
	}
	must(peek(sum) == 1);
}

static void *is_restarted(void *arg)
{
	must(sem_wait(&s) == 0);
	return arg;
}

static void restarted(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, just_count, SA_RESTART);
	t = start(is_restarted, NULL);
	for (int i = 0; i < 5; i++) {
		pause_ms(2);
		must(pthread_kill(t, SIGUSR1) == 0);
	}
	until(peek(handled));
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	must(sem_post(&s) == 0);
	joined(t);
}

/* Whoever comes back from the wait destroys it, while the post may still be
 * on its way out. */
static void *posts(void *arg)
{
	must(sem_post(arg) == 0);
	return NULL;
}

static void freed_after_wait(void)
{
	for (int i = 0; i < 100; i++) {
		sem_t *own = malloc(sizeof(*own));
		pthread_t t;

		must(own && sem_init(own, 0, 0) == 0);
		t = start(posts, own);
		must(sem_wait(own) == 0);
		must(sem_destroy(own) == 0);
		memset(own, 0xff, sizeof(*own));
		free(own);
		joined(t);
	}
}

static void *waits_once(void *arg)
{
	must(sem_wait(&s) == 0);
	add(sum, 1);
	return arg;
}

/* As many come through as were posted. */
static void one_a_post(void)
{
	pthread_t t[6];

	must(sem_init(&s, 0, 0) == 0);
	for (int i = 0; i < 6; i++)
		t[i] = start(waits_once, NULL);
	pause_ms(5);
	for (int i = 0; i < 6; i++) {
		must(peek(sum) <= i);
		must(sem_post(&s) == 0);
		until(peek(sum) == i + 1);
	}
	for (int i = 0; i < 6; i++)
		joined(t[i]);
	must(value_of(&s) == 0);
}

TURNS_SCENES({ "values", values }, { "counts", counts },
	     { "ping_pong", ping_pong }, { "deadlines", deadlines },
	     { "in_time", in_time },
	     { "posted_from_handler", posted_from_handler },
	     { "posted_by_bystander", posted_by_bystander },
	     { "interrupted", interrupted }, { "restarted", restarted },
	     { "freed_after_wait", freed_after_wait },
	     { "one_a_post", one_a_post })
