/* SPDX-License-Identifier: MIT */
/* The threads of C11. */
#include <threads.h>

#include "scene.h"

static mtx_t m;
static cnd_t c;
static tss_t key;
static once_flag flag = ONCE_FLAG_INIT;
static int total, ready, calls;
static thread_local int own;

static void begin(thrd_t *t, thrd_start_t body, void *arg)
{
	must(thrd_create(t, body, arg) == thrd_success);
}

static int end_of(thrd_t t)
{
	int code;

	must(thrd_join(t, &code) == thrd_success);
	return code;
}

static int returns(void *arg)
{
	own++;
	must(own == 1);
	return *(int *)arg;
}

static int exits(void *arg)
{
	thrd_exit(*(int *)arg + 1);
}

static int detaches(void *arg)
{
	must(thrd_detach(thrd_current()) == thrd_success);
	add(*(int *)arg, 1);
	return 0;
}

static void ends(void)
{
	int code = 40, gone = 0;
	thrd_t t;

	begin(&t, returns, &code);
	must(!thrd_equal(t, thrd_current()));
	must(end_of(t) == 40);
	begin(&t, exits, &code);
	must(end_of(t) == 41);
	begin(&t, detaches, &gone);
	begin(&t, detaches, &gone);
	until(peek(gone) == 2);
	must(thrd_join(thrd_current(), NULL) == thrd_error);
}

static int adds(void *arg)
{
	for (int i = 0; i < 100; i++) {
		int seen;

		must(mtx_lock(&m) == thrd_success);
		seen = total;
		if (i % 20 == 0)
			thrd_yield();
		total = seen + 1;
		must(mtx_unlock(&m) == thrd_success);
	}
	return arg != NULL;
}

static int kept_out(void *arg)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);

	must(mtx_trylock(&m) == thrd_busy);
	if (arg) {
		must(mtx_timedlock(&m, &soon) == thrd_timedout);
		must(reached(CLOCK_REALTIME, &soon));
	}
	return 0;
}

static void mutexes(void)
{
	static const int kinds[] = { mtx_plain, mtx_timed,
				     mtx_plain | mtx_recursive,
				     mtx_timed | mtx_recursive };

	for (size_t i = 0; i < count_of(kinds); i++) {
		struct timespec past = in_ms(CLOCK_REALTIME, -10);
		thrd_t t[4];

		must(mtx_init(&m, kinds[i]) == thrd_success);
		total = 0;
		for (int k = 0; k < 4; k++)
			begin(&t[k], adds, NULL);
		for (int k = 0; k < 4; k++)
			end_of(t[k]);
		must(total == 400);
		must(mtx_timedlock(&m, &past) == thrd_success);
		if (kinds[i] & mtx_recursive) {
			must(mtx_lock(&m) == thrd_success);
			must(mtx_unlock(&m) == thrd_success);
		}
		begin(&t[0], kept_out, kinds[i] & mtx_timed ? "timed" : NULL);
		end_of(t[0]);
		must(mtx_unlock(&m) == thrd_success);
		mtx_destroy(&m);
	}
}

static int waits(void *arg)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	must(mtx_lock(&m) == thrd_success);
	ready++;
	while (!total)
		must((arg ? cnd_timedwait(&c, &m, &late) : cnd_wait(&c, &m)) ==
		     thrd_success);
	calls++;
	must(mtx_unlock(&m) == thrd_success);
	return 0;
}

static void conditions(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);
	thrd_t t[4];
	int got, now;

	must(mtx_init(&m, mtx_plain) == thrd_success);
	must(cnd_init(&c) == thrd_success);
	must(mtx_lock(&m) == thrd_success);
	do
		got = cnd_timedwait(&c, &m, &soon);
	while (got == thrd_success);
	must(got == thrd_timedout && reached(CLOCK_REALTIME, &soon));
	must(mtx_unlock(&m) == thrd_success);
	for (int i = 0; i < 4; i++)
		begin(&t[i], waits, i % 2 ? "timed" : NULL);
	do {
		thrd_yield();
		must(mtx_lock(&m) == thrd_success);
		now = ready;
		must(mtx_unlock(&m) == thrd_success);
	} while (now < 4);
	must(mtx_lock(&m) == thrd_success);
	total = 1;
	must(mtx_unlock(&m) == thrd_success);
	must(cnd_signal(&c) == thrd_success);
	must(cnd_signal(&c) == thrd_success);
	must(cnd_broadcast(&c) == thrd_success);
	for (int i = 0; i < 4; i++)
		end_of(t[i]);
	must(calls == 4);
	cnd_destroy(&c);
	mtx_destroy(&m);
}

static void count(void *value)
{
	(void)value;
	must(mtx_lock(&m) == thrd_success);
	calls++;
	must(mtx_unlock(&m) == thrd_success);
}

static int sets(void *arg)
{
	must(tss_get(key) == NULL);
	must(tss_set(key, arg) == thrd_success);
	must(tss_get(key) == arg);
	return 0;
}

static void specifics(void)
{
	thrd_t t[4];

	must(mtx_init(&m, mtx_plain) == thrd_success);
	must(tss_create(&key, count) == thrd_success);
	for (int i = 0; i < 4; i++)
		begin(&t[i], sets, &t[i]);
	for (int i = 0; i < 4; i++)
		end_of(t[i]);
	must(calls == 4);
	tss_delete(key);
}

static void slowly(void)
{
	struct timespec ts = { 0, 5000000 };

	must(thrd_sleep(&ts, NULL) == 0);
	calls++;
}

static int once(void *arg)
{
	call_once(&flag, slowly);
	must(calls == 1);
	return arg != NULL;
}

static void once_only(void)
{
	thrd_t t[4];

	for (int i = 0; i < 4; i++)
		begin(&t[i], once, NULL);
	for (int i = 0; i < 4; i++)
		end_of(t[i]);
}

static void noted(int sig)
{
	(void)sig;
	add(calls, 1);
}

static int sleeps(void *arg)
{
	struct timespec ts = { 25, 0 }, rest = { 0, 0 };

	must(thrd_sleep(&ts, &rest) == -1);
	must(rest.tv_sec || rest.tv_nsec);
	put(total, 1);
	return arg != NULL;
}

static void sleep_interrupted(void)
{
	thrd_t t;

	handle(SIGUSR1, noted, 0);
	begin(&t, sleeps, NULL);
	while (!peek(total)) {
		must(pthread_kill(t, SIGUSR1) == 0);
		pause_ms(2);
	}
	end_of(t);
}

TURNS_SCENES({ "ends", ends }, { "mutexes", mutexes },
	     { "conditions", conditions }, { "specifics", specifics },
	     { "once_only", once_only },
	     { "sleep_interrupted", sleep_interrupted })
