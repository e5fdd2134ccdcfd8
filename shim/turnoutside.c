/* SPDX-License-Identifier: MIT */
/* The way out to what no turn can be given for, and back in. */
#include <errno.h>
#include <signal.h>

#include "sys.h"
#include "turnpart.h"
#include "turntell.h"
#include "banned.h"

/* A handler of a signal left by siglongjmp(): the wait that it interrupted is
 * above the caller, or was. Handlers on a stack of their own say nothing. */
static bool jumped(const struct thread *self)
{
	const char *here = __builtin_frame_address(0);
	stack_t stack;

	if (!self->seat.frame || here <= self->seat.frame)
		return false;
	return sys2(SYS_sigaltstack, NULL, &stack) == 0 &&
	       !(stack.ss_flags & SS_ONSTACK);
}

struct thread *turn_take_slow(void)
{
	struct thread *self = thread_me;
	bool back = self && turn_waiting(self) && jumped(self);
	int saved = errno, halt;
	uint64_t mask;

	if (!self || (self->seat.state != SEAT_OUTSIDE && !back) || self->busy)
		return NULL;
	mask = turn_lock();
	if (back) {
		seat_withdraw(self);
	} else {
		turn.outside--;
		turn.late += self->seat.halt != 0; /* by no signal */
	}
	seat_unlimit(self);
	turn_answer(self);
	self->seat.go = GO_WAIT;
	self->seat.outer = self->seat.away = false;
	if (back)
		self->seat.frame = NULL;
	if (turn.holder == self) {
		self->seat.state = SEAT_RUNNING;
		turn_unlock(mask);
		return self;
	}
	seat_ready(self);
	turn_arrived();
	turn_unlock(mask);
	turn_await(self, NULL, 0);
	turn_tell(self);
	halt = self->seat.halt;
	self->seat.halt = 0;
	if (halt == SB_HALT_OUTSIDE || halt == SB_HALT_UNSEEN)
		turntell_back(self, halt);
	errno = saved;
	return self;
}

/* A handler waits by itself, while its thread waits for its turn: it cannot have
 * it, and who has sent the signal need not wait. */
static void go_away(void)
{
	struct thread *self = thread_me;
	uint64_t mask;

	if (!self || !turn_waiting(self))
		return;
	mask = turn_lock();
	self->seat.away = true;
	if (self->seat.state == SEAT_READY)
		seat_withdraw(self);
	turn_unlock(mask);
	turn_answer(self);
}

static void come_back(struct thread *self)
{
	uint64_t mask = turn_lock();

	self->seat.away = false;
	if (self->seat.state == SEAT_READY) {
		seat_append(&turn.ready, self);
		turn_arrived();
	}
	turn_unlock(mask);
}

#define IN_ROW 100

/* How often one has to ask for a child's output is up to the child: one call
 * after the other counts as one, where only others who want to go outside would
 * come first. */
static bool goes_on(struct thread *self)
{
	struct seat *s = &self->seat;

	if (turn.holder == self && s->passes == turn.passes && !turn.ready.n &&
	    !(turn.limits && turn.nearest <= self->clock) &&
	    ++s->in_row < IN_ROW)
		return true;
	s->in_row = 0;
	return false;
}

bool turn_leave_slow(const char *what, unsigned ms, bool shared)
{
	static const struct want w = { .signals = true };
	struct thread *self;
	uint64_t mask;
	int saved = errno;
	uint8_t why;
	bool ok;

	if (turn_alone())
		return true;
	if (!(self = turn_take())) {
		go_away();
		return true;
	}
	if (self->busy)
		return true;
	why = self->seat.why;
	mask = turn_lock();
	turn.yields = 0;
	self->seat.what = what;
	self->seat.owner = NULL;
	self->seat.patience = ms;
	self->seat.shared = shared;
	self->seat.key = NULL;
	self->seat.why = 0;
	if (goes_on(self)) {
		self->seat.outer = true;
		self->seat.since = sys_now(CLOCK_MONOTONIC);
		self->seat.why = why;
		turn_unlock(mask);
		return true;
	}
	turn_give(self);
	self->seat.state = SEAT_OUTER;
	seat_append(&turn.outer, self);
	turn_dispatch();
	turn_unlock(mask);
	turn_await(self, &w, 0);
	turn_tell(self);
	ok = self->seat.why != EINTR;
	errno = ok ? saved : EINTR;
	self->seat.why = why;
	return ok;
}

void turn_return_slow(void)
{
	struct thread *self = thread_me;
	uint64_t mask;

	if (self && self->seat.away)
		come_back(self);
	if (!self || (self->seat.state != SEAT_RUNNING &&
		      self->seat.state != SEAT_OUTSIDE))
		return;
	mask = turn_lock();
	if (self->seat.shared)
		turn.tired = false;
	self->seat.outer = false;
	turn_unlock(mask);
	if (turn_take())
		self->seat.passes = turn.passes;
}
