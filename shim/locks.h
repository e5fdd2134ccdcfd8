/* SPDX-License-Identifier: MIT */
/*
 * Locks under --schedule=turns, for the hooks of all their names (POSIX, C11,
 * system calls). A mutex, rwlock, spin lock or semaphore is taken by libc's own
 * try function; who does not get it waits in the scheduler's tables. Condition
 * variables, barriers and joins are the scheduler's alone. NOT_OURS: shared with
 * other processes, or the caller is not scheduled; libc's own must do it.
 */
#ifndef SAMEBITS_LOCKS_H
#define SAMEBITS_LOCKS_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "turn.h"

/* Until when to wait; at NULL: for ever. */
struct deadline {
	const struct timespec *at;
	clockid_t clock;
	bool force; /* it was computed from the logical clock */
};
#define NO_DEADLINE (&(const struct deadline){ NULL, 0, false })

static inline bool deadline_clock_valid(const struct deadline *d)
{
	return !d->at || d->clock == CLOCK_REALTIME ||
	       d->clock == CLOCK_MONOTONIC;
}

static inline bool deadline_valid(const struct deadline *d)
{
	return deadline_clock_valid(d) &&
	       (!d->at || (d->at->tv_nsec >= 0 && d->at->tv_nsec < 1000000000));
}

static inline uint64_t deadline_until(struct thread *self,
				      const struct deadline *d)
{
	return turn_until(self, d->force, d->clock, d->at);
}

/* 0, an errno value, or NOT_OURS. */
int lock_mutex(pthread_mutex_t *m, const struct deadline *d);
int lock_mutex_try(pthread_mutex_t *m);
int lock_mutex_undo(pthread_mutex_t *m);
int lock_mutex_undo_within(pthread_mutex_t *m); /* of a want's `then` */
int lock_rwlock(pthread_rwlock_t *l, bool write, const struct deadline *d);
int lock_cond(pthread_cond_t *c, pthread_mutex_t *m, const struct deadline *d);
void lock_cond_wake(pthread_cond_t *c, unsigned n);
/* The clock that the condition was made with. */
clockid_t lock_cond_clock(const pthread_cond_t *c);
/* -1 with errno, as those of libc. */
int lock_sem(sem_t *sem, const struct deadline *d);
int lock_join(struct thread *t, const struct deadline *d);

/* libc's own, whatever the schedule. */
int lock_mutex_plain(pthread_mutex_t *m);
int lock_mutex_undo_plain(pthread_mutex_t *m);
int lock_rwlock_plain(pthread_rwlock_t *l, bool write);
int lock_sem_plain(sem_t *sem);
int lock_once_plain(pthread_once_t *once, void (*init)(void));

#endif
