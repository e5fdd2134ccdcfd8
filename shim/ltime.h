/* SPDX-License-Identifier: MIT */
/*
 * The logical clock. Each thread has its own, in nanoseconds since the start of
 * the run; a reading advances it by one step, a sleep by its length, a join or
 * a wait for a child to the other's time. A child starts at its parent's time.
 *
 * Where a program has other threads or processes, a thread that reads so often
 * that its clock would run ahead of real time is held back: a polling loop's
 * limit does not run out before real work had its time. That costs real time
 * and changes no value.
 */
#ifndef SAMEBITS_LTIME_H
#define SAMEBITS_LTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "thread.h"

#define LTIME_STEP 1000u /* ns: two readings differ in microseconds too */
#define LTIME_BOOT 1000u /* s: what CLOCK_MONOTONIC shows at the start */
#define LTIME_SECOND 1000000000ull

/* What `clock` shows then, as ns since the start. */
uint64_t ltime_moment(clockid_t clock, const struct timespec *at);
/* Is there such a clock? */
bool ltime_known(clockid_t clock);
void ltime_start(void); /* from the constructor */
/* Real time since a recording began, in ns. */
uint64_t ltime_real(void);
/* Advances by a step; ns since the start. Under a recording: what the real
 * clock shows, or showed. */
uint64_t ltime_read(struct thread *self);
/* What `clock` shows at t ns since the start. */
struct timespec ltime_show(clockid_t clock, uint64_t t);
/* Reads CLOCK_MONOTONIC, in seconds, as MPI and OpenMP have it, and how finely
 * that is told. */
double ltime_seconds(struct thread *self);
double ltime_tick(struct thread *self);
/* Slept, or waited in vain, for ns. */
void ltime_advance(struct thread *self, uint64_t ns);
/* A signal ended a sleep of ns; the kernel says that `rest` is left. */
void ltime_interrupted(struct thread *self, uint64_t ns, uint64_t rest);
/* Met something that had reached t. */
void ltime_join(struct thread *self, uint64_t t);
/* Waited, and not in vain: a timer's signal may have been what came. */
void ltime_woken(struct thread *self);

/*
 * A deadline of the program's, on `clock`, as the kernel must be given it (the
 * same clock, real time). *logical: to be joined when it passed in vain.
 *
 * What is left is told by the clock that the deadline was computed from. Clocks
 * count whole microseconds; a reading's nanoseconds name its thread, and
 * survive in a deadline. Where they were lost (gettimeofday, floating point),
 * a thread that read a clock since its last wait is taken to have computed the
 * deadline itself; else the process's highest clock tells.
 */
struct timespec ltime_deadline(struct thread *self, clockid_t clock,
			       const struct timespec *deadline,
			       uint64_t *logical);

/* The same, for a wait: takes the program's deadline (NULL: none) and gives the
 * one for the kernel; what is not a time is handed on as it is. */
struct moment {
	struct timespec real;
	uint64_t logical;
	bool forced;
};
const struct timespec *moment_take(struct moment *m, struct thread *self,
				   bool force, clockid_t clock,
				   const struct timespec *deadline);
/* After the wait; vain: the deadline passed. */
void moment_passed(const struct moment *m, struct thread *self, bool vain);

/* As the kernel: a time too far away is the last one that it knows, which
 * leaves room for sums. */
static inline uint64_t ltime_ns(const struct timespec *ts)
{
	if (ts->tv_sec > (time_t)(INT64_MAX / LTIME_SECOND))
		return INT64_MAX;
	return (uint64_t)ts->tv_sec * LTIME_SECOND + (uint64_t)ts->tv_nsec;
}

#endif
