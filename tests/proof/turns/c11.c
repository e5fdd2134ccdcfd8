/* SPDX-License-Identifier: MIT */
/* A queue of few places between C11's threads, beside steps without a lock. */
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#include "race.h"

#define THREADS 4
#define ITEMS 150
#define ROOM 3

static mtx_t m, timed, nested;
static cnd_t more, less;
static once_flag once = ONCE_FLAG_INIT;
static tss_t key;
static unsigned queue[ROOM], first, held;
static thread_local unsigned own;

static void must(int ok)
{
	if (!ok)
		abort();
}

static struct timespec in_us(long us)
{
	struct timespec ts;

	must(timespec_get(&ts, TIME_UTC) == TIME_UTC);
	ts.tv_nsec += us * 1000;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

static void leaves(void *value)
{
	step(100 + *(unsigned *)value);
	free(value);
}

static void begin(void)
{
	must(tss_create(&key, leaves) == thrd_success);
	step(99);
}

static void enter(unsigned me)
{
	unsigned *value = malloc(sizeof(*value));

	call_once(&once, begin);
	*value = me;
	must(tss_set(key, value) == thrd_success);
}

static void put(unsigned value)
{
	must(mtx_lock(&m) == thrd_success);
	while (held == ROOM)
		must(cnd_wait(&less, &m) == thrd_success);
	queue[(first + held++) % ROOM] = value;
	must(mtx_unlock(&m) == thrd_success);
	must(cnd_signal(&more) == thrd_success);
}

static int get(unsigned *value)
{
	struct timespec soon = in_us(500);
	int ret = thrd_success;

	must(mtx_lock(&m) == thrd_success);
	while (!held && ret == thrd_success)
		ret = cnd_timedwait(&more, &m, &soon);
	if (held) {
		*value = queue[first];
		first = (first + 1) % ROOM;
		held--;
		ret = thrd_success;
	}
	must(mtx_unlock(&m) == thrd_success);
	must(cnd_broadcast(&less) == thrd_success);
	return ret == thrd_success;
}

static int makes(void *arg)
{
	unsigned me = (unsigned)(size_t)arg;

	enter(me);
	for (unsigned i = 0; i < ITEMS; i++) {
		step(me);
		put(me * ITEMS + i);
		own += (unsigned)trace % 7;
		if (own % 3 == 0)
			thrd_yield();
	}
	step(own);
	return (int)own;
}

static int takes(void *arg)
{
	unsigned me = (unsigned)(size_t)arg, value, taken = 0;
	struct timespec nap = { 0, 1000 };

	enter(me);
	while (taken < ITEMS) {
		struct timespec soon = in_us(20);

		if (!get(&value)) {
			step(50 + me);
			continue;
		}
		taken++;
		step(value);
		must(mtx_lock(&nested) == thrd_success);
		must(mtx_trylock(&nested) == thrd_success);
		if (mtx_timedlock(&timed, &soon) == thrd_success) {
			if (taken % 10 == 0)
				thrd_sleep(&nap, NULL);
			step(me);
			must(mtx_unlock(&timed) == thrd_success);
		}
		must(mtx_unlock(&nested) == thrd_success);
		must(mtx_unlock(&nested) == thrd_success);
	}
	thrd_exit((int)(trace % 1000));
}

int main(void)
{
	thrd_t t[2 * THREADS];
	int code;

	must(mtx_init(&m, mtx_plain) == thrd_success);
	must(mtx_init(&timed, mtx_timed) == thrd_success);
	must(mtx_init(&nested, mtx_plain | mtx_recursive) == thrd_success);
	must(cnd_init(&more) == thrd_success);
	must(cnd_init(&less) == thrd_success);
	for (size_t i = 0; i < 2 * THREADS; i++)
		must(thrd_create(&t[i], i % 2 ? takes : makes,
				 (void *)(i / 2)) == thrd_success);
	for (int i = 0; i < 2 * THREADS; i++) {
		must(thrd_join(t[i], &code) == thrd_success);
		printf("thread %d ended with %d\n", i, code);
	}
	say("all");
	return 0;
}
