/* SPDX-License-Identifier: MIT */
/* Many threads, one after another and at once; sleepers and yielders. */
#include <semaphore.h>

#include "scene.h"

static pthread_barrier_t b;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static sem_t s;
static int total, flag, turn;

static void *adds(void *arg)
{
	add(total, 1);
	return arg;
}

static void ten_thousand(void)
{
	for (intptr_t i = 0; i < 10000; i++)
		must(joined(start(adds, (void *)i)) == (void *)i);
	must(total == 10000);
}

static pthread_t small(void *(*body)(void *), void *arg, bool detached)
{
	pthread_attr_t attr;
	pthread_t t;

	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, 65536) == 0);
	if (detached)
		must(pthread_attr_setdetachstate(&attr,
						 PTHREAD_CREATE_DETACHED) == 0);
	must(pthread_create(&t, &attr, body, arg) == 0);
	must(pthread_attr_destroy(&attr) == 0);
	return t;
}

#define CROWD 500

static void *meets(void *arg)
{
	for (int i = 1; i <= 3; i++) {
		add(total, 1);
		pthread_barrier_wait(&b);
		must(peek(total) == i * CROWD);
		pthread_barrier_wait(&b);
	}
	must(pthread_mutex_lock(&m) == 0);
	flag++;
	while (flag < CROWD)
		must(pthread_cond_wait(&c, &m) == 0);
	must(pthread_cond_broadcast(&c) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void at_once(void)
{
	static pthread_t t[CROWD];

	must(pthread_barrier_init(&b, NULL, CROWD) == 0);
	for (int i = 0; i < CROWD; i++)
		t[i] = small(meets, NULL, false);
	for (int i = 0; i < CROWD; i++)
		joined(t[i]);
	must(flag == CROWD);
}

static void *posts(void *arg)
{
	must(sem_post(&s) == 0);
	return arg;
}

static void detached(void)
{
	must(sem_init(&s, 0, 0) == 0);
	for (int i = 0; i < 2000; i++) {
		small(posts, NULL, true);
		if (i % 50 == 49) /* not too many at once */
			for (int k = 0; k < 50; k++)
				must(sem_wait(&s) == 0);
	}
}

/* All sleep, each as long as it was told at least. */
static void *sleeps(void *arg)
{
	struct timespec moment = in_ms(CLOCK_MONOTONIC, (intptr_t)arg % 7 * 3);

	must(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) ==
	     0);
	must(reached(CLOCK_MONOTONIC, &moment));
	moment = in_ms(CLOCK_MONOTONIC, 5);
	pause_ms(5);
	must(reached(CLOCK_MONOTONIC, &moment));
	moment = in_ms(CLOCK_MONOTONIC, 2);
	must(usleep(2000) == 0);
	must(reached(CLOCK_MONOTONIC, &moment));
	return arg;
}

static void sleepers(void)
{
	struct timespec odd = { 0, 1000000000 }, past;

	together(30, sleeps);
	must(nanosleep(&odd, NULL) == -1 && errno == EINVAL);
	must(clock_nanosleep(CLOCK_MONOTONIC, 0, &odd, NULL) == EINVAL);
	past = in_ms(CLOCK_REALTIME, -1000);
	must(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, NULL) == 0);
	must(usleep(0) == 0 && sleep(0) == 0);
}

static void *raises_flag(void *arg)
{
	pause_ms(10);
	put(flag, 1);
	return arg;
}

/* Somebody does nothing but yield until a sleeper has woken. */
static void yielders(void)
{
	pthread_t t = start(raises_flag, NULL);

	while (!peek(flag))
		must(sched_yield() == 0);
	joined(t);
}

/* Or nothing but read the clock until its time has come. */
static void *polls_clock(void *arg)
{
	struct timespec moment = in_ms(CLOCK_MONOTONIC, 10);

	while (!reached(CLOCK_MONOTONIC, &moment))
		;
	return arg;
}

static void clock_pollers(void)
{
	pthread_t t = start(raises_flag, NULL);

	together(3, polls_clock);
	joined(t);
}

/* They hand on a number by yielding alone. */
static void *takes_turn(void *arg)
{
	for (int i = 0; i < 100; i++) {
		while (peek(turn) % 5 != (int)(intptr_t)arg)
			sched_yield();
		add(turn, 1);
	}
	return arg;
}

static void round_of_yields(void)
{
	together(5, takes_turn);
	must(turn == 500);
}

/* Memory alone, without any call. */
static void *spins(void *arg)
{
	while (!peek(flag))
		__asm__ volatile("pause");
	return arg;
}

static void bare_spin(void)
{
	pthread_t t = start(spins, NULL);

	pause_ms(10);
	put(flag, 1);
	joined(t);
}

/* Who only makes calls that wait for nobody, beside one who sleeps. */
static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static sem_t some;
static int over;
static FILE *sink;

static void locks_own(void)
{
	must(pthread_mutex_lock(&own) == 0);
	must(pthread_mutex_unlock(&own) == 0);
}

static void makes_locks(void)
{
	pthread_mutex_t m;
	pthread_cond_t c;

	must(pthread_mutex_init(&m, NULL) == 0);
	must(pthread_mutex_destroy(&m) == 0);
	must(pthread_cond_init(&c, NULL) == 0);
	must(pthread_cond_destroy(&c) == 0);
}

static void asks_value(void)
{
	int value;

	must(sem_getvalue(&some, &value) == 0);
}

static void writes_text(void)
{
	must(fprintf(sink, "%s", "text") == 4);
	must(fputs("text", sink) >= 0);
	must(fputc('c', sink) == 'c');
}

static void signals_nobody(void)
{
	static pthread_cond_t c = PTHREAD_COND_INITIALIZER;

	must(pthread_cond_signal(&c) == 0);
	must(pthread_cond_broadcast(&c) == 0);
}

static void masks(void)
{
	sigset_t set;

	sigemptyset(&set);
	must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static void asks_policy(void)
{
	struct sched_param param;
	int policy;

	must(pthread_getschedparam(pthread_self(), &policy, &param) == 0);
	must(pthread_setschedparam(pthread_self(), policy, &param) == 0);
}

static void signals_itself(void)
{
	must(pthread_kill(pthread_self(), 0) == 0 && kill(getpid(), 0) == 0);
}

static void (*const idles[])(void) = { locks_own,	  makes_locks, asks_value,
				       writes_text, masks,	  asks_policy,
				       signals_itself, signals_nobody };

static void *idles_on(void *arg)
{
	while (!peek(over))
		idles[(intptr_t)arg]();
	return arg;
}

static void beside_sleeper(void)
{
	must(sem_init(&some, 0, 1) == 0);
	sink = fopen("/dev/null", "w");
	must(sink);
	for (size_t i = 0; i < count_of(idles); i++) {
		pthread_t t = start(idles_on, (void *)i);

		put(over, 0);
		pause_ms(200);
		put(over, 1);
		joined(t);
	}
}

TURNS_SCENES({ "ten_thousand", ten_thousand }, { "at_once", at_once },
	     { "detached", detached }, { "sleepers", sleepers },
	     { "yielders", yielders }, { "clock_pollers", clock_pollers },
	     { "round_of_yields", round_of_yields }, { "bare_spin", bare_spin },
	     { "beside_sleeper", beside_sleeper })
