/* SPDX-License-Identifier: MIT */
/* Deadlines and sleeps in turns: on the process's one logical clock. */
#include <errno.h>
#include <pthread.h>

#include "config.h"
#include "crew.h"
#include "ltime.h"
#include "process.h"
#include "sys.h"
#include "turn.h"
#include "banned.h"

uint64_t turn_until(struct thread *self, bool force, clockid_t clock,
		    const struct timespec *deadline)
{
	uint64_t now, at;

	if (!deadline)
		return SEAT_EVER;
	if (force)
		return ltime_moment(clock, deadline);
	now = sys_now(clock);
	at = deadline->tv_sec < 0 ? 0 : ltime_ns(deadline);
	return self->clock + (at > now ? at - now : 0);
}

int turn_sleep(struct thread *self, uint64_t until)
{
	static const char nothing;
	struct want w = { .key = &nothing, .what = "a moment", .until = until,
			  .signals = true, .asleep = true, .cancels = true };
	int ret;

	do {
		ret = turn_wait(self, &w);
		if (ret == ECANCELED)
			pthread_testcancel();
	} while (ret == 0 || ret == ECANCELED);
	return ret == ETIMEDOUT ? 0 : ret;
}

bool turn_look_again(struct thread *self)
{
	static const char nothing;
	const struct want w = { .key = &nothing, .what = "a lock of a file",
				.until = SEAT_EVER, .signals = true,
				.asleep = true, .look = true };

	if (turn_wait(self, &w) != EINTR)
		return true;
	errno = EINTR;
	return false;
}

/* With no other thread a sleep is as without turns, unless it is skipped. */
int turn_nap(const struct timespec *ts, struct timespec *rem)
{
	struct thread *self = NULL;
	uint64_t until;
	int ret;

	if (turn_on && (!turn_alone() || config.sleep_skip))
		self = turn_take();
	if (!self && config.sleep_skip && alive.yes && thread_me &&
	    !config.time_real) {
		ltime_advance(thread_me, ltime_ns(ts));
		return 0;
	}
	if (!self) {
		crew_pause();
		return NOT_OURS;
	}
	if (ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000 || ts->tv_sec < 0)
		return EINVAL;
	pthread_testcancel();
	until = self->clock + ltime_ns(ts);
	ret = turn_sleep(self, until);
	if (ret == EINTR && rem) {
		until -= until > self->clock ? self->clock : until;
		rem->tv_sec = (time_t)(until / LTIME_SECOND);
		rem->tv_nsec = (long)(until % LTIME_SECOND);
	}
	return ret;
}

int turn_clock_nap(bool force, clockid_t clock, int flags,
		   const struct timespec *ts, struct timespec *rem)
{
	struct thread *self = NULL;

	if (!(flags & TIMER_ABSTIME))
		return turn_nap(ts, rem);
	if (turn_on && (!turn_alone() || config.sleep_skip))
		self = turn_take();
	if (!self || clock == CLOCK_PROCESS_CPUTIME_ID)
		return NOT_OURS;
	if (ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000)
		return EINVAL;
	pthread_testcancel();
	return turn_sleep(self, turn_until(self, force, clock, ts));
}
