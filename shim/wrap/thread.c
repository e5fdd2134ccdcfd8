/* SPDX-License-Identifier: MIT */
/* Threads get their logical names from who creates them, in which order. When
 * they run is not touched here, but by the scheduler (turn.h). */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <threads.h>

#include "call.h"
#include "locks.h"
#include "ltime.h"
#include "real.h"
#include "syncorder.h"
#include "tape.h"
#include "turn.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "thread", .policy = SB_OBSERVE, .doc = text)

SOURCE(pthread_create, .group = "thread", .policy = SB_OBSERVE,
       .version = "GLIBC_2.34", .doc = "a new thread");
ROW(thrd_create, "a new thread (C11)");
ROW(pthread_join, "end of a thread");
ROW(pthread_tryjoin_np, "end of a thread, without waiting");
SOURCE(pthread_timedjoin_np, .group = "thread", .policy = SB_FORCE,
       .doc = "end of a thread, with a limit");
SOURCE(pthread_clockjoin_np, .group = "thread", .policy = SB_FORCE,
       .doc = "end of a thread, with a limit");
ROW(thrd_join, "end of a thread (C11)");
ROW(pthread_detach, "a thread nobody joins");

static pthread_key_t last_key;
static bool has_key; /* else the program has taken all that there are */
static pthread_once_t last_once = PTHREAD_ONCE_INIT;

static void end(struct thread *self)
{
	self->retired = true;
	tape_end(self);
	if (turn_on)
		turn_end(self);
}

/* Runs among the program's own destructors: puts itself off to the last round,
 * so that theirs still have our thread. */
static void retire(void *rounds)
{
	uintptr_t n = (uintptr_t)rounds;
	struct thread *self = thread_me;

	if (n < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(last_key, (void *)(n + 1));
	else if (self)
		end(self);
}

static void make_key(void)
{
	has_key = pthread_key_create(&last_key, retire) == 0;
}

static void retire_last(void)
{
	if (has_key)
		pthread_setspecific(last_key, (void *)1);
}

/* Without a key: its destructors run after it, and have no turn. */
static void retire_early(void *self)
{
	end(self);
}

/* libc's own two are let through: setuid() waits for all threads' answers. */
#define BUT_LIBC_S (~(3ull << 31))

/* In turns, handlers run in a new thread once it has had the turn. */
static uint64_t hold_signals(void)
{
	uint64_t set = BUT_LIBC_S, before = 0;

	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &set, &before, 8);
	return before;
}

static void set_mask(uint64_t mask)
{
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

static void *begin(void *arg)
{
	struct thread *t = arg;
	void *value;

	t->base = (uintptr_t)__builtin_frame_address(0);
	t->entry = (uintptr_t)t->start;
	t->handle = pthread_self();
	thread_enter(t);
	retire_last();
	if (turn_on) {
		turn_begin(t);
		set_mask(t->seat.mask);
	}
	if (has_key)
		return t->start(t->arg);
	pthread_cleanup_push(retire_early, t);
	value = t->start(t->arg);
	pthread_cleanup_pop(1);
	return value;
}

static int begin_c11(void *arg)
{
	return (int)(intptr_t)begin(arg);
}

/* A block for the child, or NULL: then it is adopted at its first call. */
static struct thread *prepare(void *(*fn)(void *), void *arg)
{
	struct thread *t;

	if (!process.active)
		return NULL;
	lock_once_plain(&last_once, make_key);
	if (turn.asleep) {
		turn_start();
		retire_last();
	}
	turn_take();
	sync_start();
	t = thread_new(thread_me);
	if (t) {
		t->start = fn;
		t->arg = arg;
		if (turn_on)
			t->seat.mask = hold_signals();
	}
	return t;
}

/* id NULL: it could not be made. */
static void made(struct thread *t, const pthread_t *id,
		 const pthread_attr_t *attr)
{
	if (!t)
		return;
	if (turn_on)
		set_mask(t->seat.mask);
	if (!id) {
		thread_drop(t);
		return;
	}
	t->handle = *id;
	if (!turn_on)
		return;
	turn_pin_made(t, *id, attr);
	turn_made(t);
}

static bool joinable(const pthread_attr_t *attr)
{
	int state = PTHREAD_CREATE_JOINABLE;

	if (attr)
		pthread_attr_getdetachstate(attr, &state);
	return state == PTHREAD_CREATE_JOINABLE;
}

EXPORT int pthread_create(pthread_t *restrict id,
			  const pthread_attr_t *restrict attr,
			  void *(*fn)(void *), void *restrict arg)
{
	struct call c;
	struct thread *t;
	int ret;

	CALL(&c, pthread_create);
	t = prepare(fn, arg);
	if (t)
		t->joinable = joinable(attr);
	ret = t ? real_pthread_create(id, attr, begin, t)
		: real_pthread_create(id, attr, fn, arg);
	made(t, ret ? NULL : id, attr);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int thrd_create(thrd_t *id, thrd_start_t fn, void *arg)
{
	struct call c;
	struct thread *t;
	int ret;

	CALL(&c, thrd_create);
	t = prepare((void *(*)(void *))(void (*)(void))fn, arg);
	if (t)
		t->joinable = true;
	ret = t ? real_thrd_create(id, begin_c11, t)
		: real_thrd_create(id, fn, arg);
	made(t, ret == thrd_success ? id : NULL, NULL);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static void joined(struct call *c, struct thread *t)
{
	if (!t)
		return;
	if (c->self)
		ltime_join(c->self, t->clock);
	thread_drop(t);
}

/* NOT_OURS: it has ended, and libc's own will not wait. Several may wait for the
 * same thread, as in glibc; the first of them has it. */
int lock_join(struct thread *t, const struct deadline *d)
{
	struct thread *self = turn_take();
	struct want w = { .key = t ? &t->seat : NULL,
			  .what = "the end of a thread",
			  .owner = t ? &t->tid : NULL,
			  .cancels = true };
	uint64_t whom = t ? t->lineage : 0;
	int ret = 0;

	if (!self || !t || t == self)
		return NOT_OURS;
	if (!deadline_valid(d))
		return EINVAL;
	pthread_testcancel();
	w.until = deadline_until(self, d);
	while (t->lineage == whom && !t->seat.finished && ret != ETIMEDOUT) {
		ret = turn_wait(self, &w);
		if (ret == ECANCELED)
			pthread_testcancel();
	}
	if (t->lineage != whom || t->ended)
		return ESRCH;
	return t->seat.finished ? NOT_OURS : ret;
}

EXPORT int pthread_join(pthread_t id, void **value)
{
	struct call c;
	struct thread *t = thread_find(id);
	int ret;

	CALL(&c, pthread_join);
	ret = turn_on ? lock_join(t, NO_DEADLINE) : NOT_OURS;
	if (ret == NOT_OURS)
		ret = real_pthread_join(id, value);
	if (ret == 0)
		joined(&c, t);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

/* Of a recording: whether it had ended then. */
static int tryjoin_ordered(pthread_t id, void **value, const void *ra)
{
	struct sync s;
	int ret;

	if (sync_begin(&s, NULL, ra))
		return s.result ? s.result : real_pthread_join(id, value);
	ret = real_pthread_tryjoin_np(id, value);
	sync_end(&s, false, ret);
	return ret;
}

EXPORT int pthread_tryjoin_np(pthread_t id, void **value)
{
	struct call c;
	struct thread *t = thread_find(id);
	int ret;

	CALL(&c, pthread_tryjoin_np);
	if (turn_on && turn_take() && t && !t->seat.finished && t != thread_me) {
		turn_spend(thread_me, 64);
		ret = EBUSY;
	} else if (sync_on) {
		ret = tryjoin_ordered(id, value, CALLED_FROM);
	} else {
		ret = real_pthread_tryjoin_np(id, value);
	}
	if (ret == 0)
		joined(&c, t);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static int limited(struct call *c, struct moment *m, struct thread *t, int ret)
{
	moment_passed(m, c->self, ret == ETIMEDOUT);
	if (ret == 0)
		joined(c, t);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int pthread_timedjoin_np(pthread_t id, void **value,
				const struct timespec *ts)
{
	struct call c;
	struct moment m;
	struct thread *t = thread_find(id);
	bool force = CALL(&c, pthread_timedjoin_np) == SB_FORCE;
	const struct deadline d = { ts, CLOCK_REALTIME, force };
	const struct timespec *until;
	int ret = turn_on ? lock_join(t, &d) : NOT_OURS;

	m.forced = false;
	if (ret == NOT_OURS) {
		until = moment_take(&m, c.self, force, CLOCK_REALTIME, ts);
		ret = real_pthread_timedjoin_np(id, value, until);
	}
	return limited(&c, &m, t, ret);
}

EXPORT int pthread_clockjoin_np(pthread_t id, void **value, clockid_t clock,
				const struct timespec *ts)
{
	struct call c;
	struct moment m;
	struct thread *t = thread_find(id);
	bool force = CALL(&c, pthread_clockjoin_np) == SB_FORCE;
	const struct deadline d = { ts, clock, force };
	const struct timespec *until;
	int ret = turn_on ? lock_join(t, &d) : NOT_OURS;

	m.forced = false;
	if (ret == NOT_OURS) {
		until = moment_take(&m, c.self, force, clock, ts);
		ret = real_pthread_clockjoin_np(id, value, clock, until);
	}
	return limited(&c, &m, t, ret);
}

EXPORT int thrd_join(thrd_t id, int *value)
{
	struct call c;
	struct thread *t = thread_find(id);
	int ret;

	CALL(&c, thrd_join);
	if (turn_on)
		lock_join(t, NO_DEADLINE);
	ret = real_thrd_join(id, value);
	if (ret == thrd_success)
		joined(&c, t);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int pthread_detach(pthread_t id)
{
	struct call c;
	struct thread *t = thread_find(id);
	int ret;

	CALL(&c, pthread_detach);
	ret = real_pthread_detach(id);
	if (ret == 0 && t)
		t->joinable = false;
	if (ret == 0 && t && t->seat.finished)
		thread_drop(t);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}
