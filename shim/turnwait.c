/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>

#include "ltime.h"
#include "sys.h"
#include "turnpart.h"
#include "turntell.h"
#include "banned.h"

#define YIELDS_IN_VAIN 64u /* by each that is ready */
#define NAP 1000000u	   /* logical ns: of who yields in vain */
#define TICK 10000000u	   /* ns */

/* As futex(2). Who has a limit keeps it himself, from the start: woken to do
 * so, he would not notice a signal that comes at the same time. */
static long wait_on(struct thread *self, int value, const struct want *w,
		    uint64_t real)
{
	static const struct timespec long_time = { 1000000000, 0 };
	struct timespec until = { (time_t)(real / LTIME_SECOND),
				  (long)(real % LTIME_SECOND) };

	if (real)
		return turn_futex(&self->seat.go, FUTEX_WAIT_BITSET_PRIVATE,
				  value, &until);
	/* With a limit a handler always ends it: signal(7). */
	return turn_futex(&self->seat.go, FUTEX_WAIT_PRIVATE, value,
			  w && w->asleep ? &long_time : NULL);
}

static void time_has_come(void)
{
	uint64_t mask = turn_lock();

	turn_dispatch();
	turn_unlock(mask);
}

static void tell_where(struct thread *self)
{
	int told = GO_TELL;

	turntell_waits(self);
	__atomic_compare_exchange_n(&self->seat.go, &told, GO_WAIT, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	turn_futex(&self->seat.go, FUTEX_WAKE_PRIVATE, 1, NULL);
}

/* How long a handler let it sleep, in whole ticks: the rest is chance's. */
static uint64_t slept(const struct seat *s)
{
	uint64_t now = sys_now(CLOCK_MONOTONIC);
	uint64_t left = s->real > now ? s->real - now : 0;
	uint64_t at = left < s->until ? s->until - left : 0;

	at = at > turn.clock ? at - turn.clock : 0;
	return at - at % TICK;
}

static void interrupt(struct thread *self, int why)
{
	uint64_t mask = turn_lock();

	if (self->seat.state == SEAT_BLOCKED || self->seat.state == SEAT_OUTER) {
		if (!turn.holder && self->seat.limited)
			turn.clock += slept(&self->seat);
		seat_unblock(self, why);
		turn_arrived();
	}
	turn_unlock(mask);
}

/* Where a thread can be cancelled at any moment, it is not while it waits, but
 * when it has the turn again. */
void turn_await(struct thread *self, const struct want *w, uint64_t real)
{
	struct seat *s = &self->seat;
	const char *here = __builtin_frame_address(0), *outer = s->frame;
	int v, type;
	long ret;

	s->frame = here;
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	while ((v = __atomic_load_n(&s->go, __ATOMIC_ACQUIRE)) != GO_ON) {
		if (v == GO_TELL) {
			tell_where(self);
			continue;
		}
		if (v == GO_ANSWER) {
			turn_answer(self);
			continue;
		}
		ret = wait_on(self, v, w, real);
		if (ret == -EINTR && w && w->signals && (!real || w->asleep))
			interrupt(self, EINTR);
		if (ret != -ETIMEDOUT || !real)
			continue;
		real = 0;
		time_has_come();
	}
	/* A handler's thread waits above, and has got what it waits for. */
	s->frame = outer > here ? outer : NULL;
	turn_bury(self);
	if (type != PTHREAD_CANCEL_DEFERRED)
		pthread_setcanceltype(type, NULL);
}

/* In the engine it has the lock that telling needs. */
void turn_tell(const struct thread *self)
{
	if (__builtin_expect(turn.watch > 1, 0) && !self->busy)
		turn_watch_tell();
}

/* May the caller be cancelled at any moment? */
static bool any_moment(void)
{
	int type;

	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	if (type == PTHREAD_CANCEL_DEFERRED)
		return false;
	pthread_setcanceltype(type, NULL);
	return true;
}

static bool cancellable(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	if (state == PTHREAD_CANCEL_DISABLE)
		return false;
	pthread_setcancelstate(state, NULL);
	return true;
}

#define LOOK 1000000u /* ns between two looks at what others may let go */

static void stand(struct thread *self, const struct want *w, uint64_t until)
{
	struct seat *s = &self->seat;

	s->key = w->key;
	s->what = w->what;
	s->owner = w->owner;
	s->abroad = w->abroad;
	s->bits = w->bits;
	s->fds = w->fds;
	s->nfds = w->nfds;
	s->writer = w->writer;
	s->cancels = (w->cancels || any_moment()) && cancellable();
	s->why = 0;
	s->real = 0;
	s->truly = w->look;
	if (until != SEAT_EVER)
		s->real = sys_now(CLOCK_MONOTONIC) +
			  (until > self->clock ? until - self->clock : 0);
	s->state = SEAT_BLOCKED;
	seat_append(w->fds ? &turn.pollers : &turn.waiting[turn_bucket(w->key)],
		    self);
	seat_limit(self, until);
}

/* Who lets it go changes it, and then looks who waits; here, it is the other
 * way round. */
static bool needless(struct thread *self, const struct want *w)
{
	if (!w->then)
		return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (w->then(w))
		return false;
	seat_withdraw(self);
	seat_unlimit(self);
	self->seat.state = SEAT_RUNNING;
	return true;
}

int turn_wait(struct thread *self, const struct want *w)
{
	uint64_t until = w->until, mask;
	struct seat *s = &self->seat;
	int saved = errno, ret;
	bool early = w->look && until > self->clock + LOOK;
	uint8_t why = s->why; /* of a wait that a handler has interrupted */

	if (early)
		until = self->clock + LOOK;

	if (w->cancels && s->cancelled && cancellable()) {
		s->cancelled = false; /* its handlers may wait, too */
		return ECANCELED;
	}
	mask = turn_lock();
	stand(self, w, until);
	if (needless(self, w)) {
		turn_unlock(mask);
		s->why = why;
		return 0;
	}
	turn.yields = 0;
	turn_give(self);
	turn_dispatch();
	turn_unlock(mask);
	turn_await(self, w, s->real);
	turn_tell(self);
	errno = saved;
	if (s->why == ECANCELED)
		s->cancelled = false;
	ret = early && s->why == ETIMEDOUT ? 0 : s->why;
	s->why = why;
	return ret;
}

void turn_poke(struct thread *t)
{
	uint64_t mask = turn_lock();

	t->seat.cancelled = true;
	if ((t->seat.state == SEAT_BLOCKED && t->seat.cancels) ||
	    t->seat.state == SEAT_OUTER) {
		seat_unblock(t, ECANCELED);
		turn_arrived();
	}
	turn_unlock(mask);
}

/* Everybody who is ready only waits for others by yielding: time must pass, or
 * the outside world come in. */
static bool in_vain(void)
{
	return ++turn.yields > (uint64_t)YIELDS_IN_VAIN * (turn.ready.n + 1) &&
	       (turn.limits || turn.outer.n || turn.pollers.n);
}

void turn_yield(struct thread *self)
{
	static const char nothing;
	struct want w = { .key = &nothing, .what = "time to pass" };
	int saved = errno;
	uint64_t mask = turn_lock();

	if (in_vain()) {
		turn_unlock(mask);
		w.until = self->clock + NAP;
		if (turn.limits && turn.nearest < w.until)
			w.until = turn.nearest + 1;
		turn_wait(self, &w);
		return;
	}
	turn_give(self);
	seat_ready(self);
	turn_dispatch();
	turn_unlock(mask);
	turn_await(self, NULL, 0);
	turn_tell(self);
	errno = saved;
}

void turn_spent(struct thread *self)
{
	/* In the engine it may hold a lock that the next one wants. */
	if (self->busy || turn.holder != self ||
	    (!turn.ready.n && !turn.limits && !turn.pollers.n)) {
		turn.budget = TURN_BUDGET;
		return;
	}
	turn_yield(self);
}

bool turn_waiting(const struct thread *self)
{
	return self->seat.state == SEAT_BLOCKED ||
	       self->seat.state == SEAT_OUTER ||
	       self->seat.state == SEAT_READY;
}
