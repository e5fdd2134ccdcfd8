/* SPDX-License-Identifier: MIT */
/*
 * --schedule=turns: one thread of this process runs at a time. It keeps the
 * turn until it blocks, yields, sleeps or ends, or has spent its budget of
 * calls; then the next one that is ready gets it, in the order in which they
 * became so, or as --schedule-seed draws. So what happens between threads,
 * data races included, depends on the program and its input alone.
 *
 * The scheduler wakes up with the first pthread_create(); before that, and
 * after a fork, hooks go straight to libc.
 *
 * Who has the turn may change what threads share. The engine's tables are under
 * a lock of their own all the same, taken with all signals blocked: a signal
 * handler in a blocked thread, a thread that comes back from the outside world
 * and the watch work without the turn.
 */
#ifndef SAMEBITS_TURN_H
#define SAMEBITS_TURN_H

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "config.h"
#include "seat.h"
#include "thread.h"

#define TURN_BUCKETS 1024u

struct turn {
	int on;
	int asleep; /* 1: --schedule=turns, while there is one thread */
	unsigned budget, granted; /* what is left of it, and was */
	struct thread *holder; /* NULL: nobody can run */
	struct queue waiting[TURN_BUCKETS]; /* by what they wait for */
	struct queue ready, outer, pollers;
	struct thread *limits;	/* all with a limit */
	struct thread *dying;	/* gave the turn away for ever */
	struct thread *nudge;	/* to be woken once the lock is released */
	uint64_t nearest;	/* at most the first limit */
	uint64_t clock;
	uint64_t passes, draws, yields;
	unsigned live, outside;
	unsigned late; /* returns from there: what follows is not repeated */
	unsigned passed_over;	/* passes since one wanted to go outside */
	unsigned watch;		/* 1: the watch runs */
	int idle;		/* futex, 1: only descriptors can wake one */
	bool tired;		/* somebody waited in vain for other processes */
	bool looking;		/* the watch has the lock, by the name of
				 * whoever made it */
};
extern struct turn turn;

#define turn_on __builtin_expect(turn.on, 0)

static inline unsigned turn_bucket(const void *key)
{
	uint64_t h = (uintptr_t)key * 0x9e3779b97f4a7c15u;

	return (unsigned)(h >> 54);
}

/* Does anybody wait for `key`? More often true than that. */
static inline bool turn_waited(const void *key)
{
	return __builtin_expect(turn.waiting[turn_bucket(key)].first != NULL,
				0);
}

struct thread *turn_take_slow(void);
/* The calling thread, which has the turn then. NULL: it is none that is
 * scheduled, or a signal handler in one that waits: libc's own must do. */
static inline struct thread *turn_take(void)
{
	struct thread *self = thread_me;

	return __builtin_expect(self && turn.holder == self, 1)
		       ? self : turn_take_slow();
}

#define TURN_THREAD 500 /* what a new thread counts, in such calls */
static inline void turn_cost(unsigned n)
{
	turn.budget = turn.budget > n ? turn.budget - n : 0;
}

void turn_spent(struct thread *self);
/* One call that a thread may go round and round with. */
static inline void turn_spend(struct thread *self, unsigned n)
{
	if (__builtin_expect(turn.budget <= n, 0))
		turn_spent(self);
	else
		turn.budget -= n;
}

/* The same where it may not have the turn. */
static inline void turn_look_for(unsigned n)
{
	if (turn_on && turn.holder == thread_me && thread_me)
		turn_spend(thread_me, n);
}
static inline void turn_look(void)
{
	turn_look_for(1);
}
#define TURN_KERNEL 16 /* what a call of the kernel counts */

/* What a thread waits for. */
struct want {
	const void *key;
	const char *what;
	const int *owner; /* the number of the thread that has it; NULL: the
			   * object does not say */
	uint64_t until; /* logical ns, or SEAT_EVER */
	struct pollfd *fds; /* where it is not a key */
	unsigned nfds;
	uint32_t bits; /* 0: woken by all */
	bool writer;
	bool signals; /* a handler of a signal ends it */
	bool asleep;  /* so does one with SA_RESTART, as of nanosleep(2) */
	bool cancels; /* pthread_cancel() ends it */
	bool look; /* another process may have let it go: it returns soon */
	/*
	 * Called once it stands in line, with all signals blocked. A handler of
	 * a signal, or a thread that is not scheduled, may have let it go after
	 * it was tried, and found nobody in line: false, then it does not wait.
	 */
	bool (*then)(const struct want *w);
	int value; /* of a futex */
	bool abroad; /* another process may end it */
};

/* Gives the turn away and waits. 0: woken; ETIMEDOUT; EINTR; ECANCELED: to be
 * cancelled, if it is the program's wish. It has the turn again. */
int turn_wait(struct thread *self, const struct want *w);
/* A `what` of those that are to look again when any thread ends. */
extern const char turn_of_owner[];
/* Makes those ready that wait for `key`, n at most; returns how many. Anybody
 * may call it. */
unsigned turn_wake(const void *key, unsigned n, uint32_t bits);
/* The same, of a want's `then`. */
unsigned turn_wake_within(const void *key, unsigned n, uint32_t bits);
/* Does one of those that wait for `key` want to write? */
bool turn_writer(const void *key);
/* The first `n` are woken, `m` more wait for `other` then. */
unsigned turn_requeue(const void *key, unsigned n, const void *other,
		      unsigned m);
/* Who wants to be cancelled, does not wait any more. */
void turn_poke(struct thread *t);

void turn_yield(struct thread *self);
/* No other thread is scheduled. */
static inline bool turn_alone(void)
{
	return turn.live < 2;
}

/*
 * Around a call that may wait for somebody who is not scheduled. All who are
 * ready come first. Others get the turn after --external-wait: then the
 * return is marked, and comes when it comes.
 */
bool turn_leave_slow(const char *what, unsigned ms, bool shared);
/* A `what` that comes last: a child's end comes after what it writes. */
extern const char turn_of_child[];
void turn_return_slow(void);
/* False: a handler of a signal ran, and errno is EINTR. */
static inline bool turn_leave(const char *what)
{
	return !turn_on ||
	       turn_leave_slow(what, (unsigned)config.external_wait, false);
}
/* For what several processes share. A thread of this one may be who lets it go:
 * once somebody has waited for such a thing in vain, the next ones leave the
 * turn soon. */
static inline bool turn_leave_shared(const char *what)
{
	return !turn_on ||
	       turn_leave_slow(what, (unsigned)config.external_wait, true);
}
/* For a signal, which comes at once where another thread has sent it, or may
 * never come. */
#define TURN_SIGNAL_MS 20
static inline bool turn_leave_signal(void)
{
	return !turn_on || turn_leave_slow("a signal", TURN_SIGNAL_MS, false);
}
/* Around a signal to a thread of this process: who waits, and may be interrupted
 * now; NULL: nobody. Then: its handler has run, or waits itself. */
struct thread *turn_signal_to(int tid, int sig);
void turn_signalled(struct thread *t, bool sent);
static inline void turn_return(void)
{
	if (turn_on && thread_me &&
	    (turn.holder != thread_me || thread_me->seat.outer))
		turn_return_slow();
}

/* Its next call outside is not in a row with the last one. */
static inline void turn_anew(void)
{
	if (thread_me)
		thread_me->seat.passes = 0;
}

/* From the start, and in a forked child: there is one thread. */
void turn_sleep_on(void);
/* A thread is going to be made; its creator has the turn. */
void turn_start(void);
void turn_made(struct thread *t);
void turn_begin(struct thread *t); /* in it: waits for its first turn */
void turn_end(struct thread *t);   /* after its destructors */

void turn_fork_prepare(void);
void turn_fork_parent(void);
void turn_forked(void); /* in the child, where one thread is left */

/* The moment that a program's deadline means, in logical ns. */
uint64_t turn_until(struct thread *self, bool force, clockid_t clock,
		    const struct timespec *deadline);
/* Sleeps until then, in logical ns; 0 or EINTR. */
int turn_sleep(struct thread *self, uint64_t until);
/* For who tries what another process, or a thread unseen, may let go: waits a
 * moment. False: a handler ran, and errno is EINTR. */
bool turn_look_again(struct thread *self);
/* nanosleep(2) in turns: 0, EINTR, EINVAL, or NOT_OURS. */
int turn_nap(const struct timespec *ts, struct timespec *rem);
/* The same of clock_nanosleep(2). */
int turn_clock_nap(bool force, clockid_t clock, int flags,
		   const struct timespec *ts, struct timespec *rem);
#define NOT_OURS INT_MIN

/* All threads on the one processor where the first runs; a new thread is. */
void turn_pin_first(struct thread *self);
/* Who starts a program gives it the processors that we have taken away. */
void turn_unpin(void);
void turn_pin(void);
void turn_pin_forked(void); /* in the child */
/* Have they been taken away? */
bool turn_pinned(void);
/* They were, and this is the thread with this number (0: the caller) of this
 * process; else NULL. */
struct thread *turn_pinned_one(pid_t tid);
/* To which one: a set of SEAT_PROCESSORS bytes. */
const void *turn_pin_to(void);
/* Those that it believes in, where the kernel has said that there is room:
 * the bytes that it would write. */
long turn_processors(const struct thread *t, void *set, size_t size);
/* Makes it those that it believes in; 0 or -errno. */
long turn_processors_set(struct thread *t, const void *set, size_t size);
/* The caller's, for a thread that it has made, or those of its attributes
 * (wrap/affinity.c). */
void turn_pin_made(struct thread *t, pthread_t id, const pthread_attr_t *attr);

/* For the watch (turnwatch.c). */
uint64_t turn_lock(void);
void turn_unlock(uint64_t mask);
void turn_seize(struct thread *t); /* under the lock */
void turn_dispatch(void);	   /* the same */
/* The same: makes those ready that something has come for; how many. */
unsigned turn_probe(void);
void turn_watch_start(void);
void turn_watch_forked(void);
/* Writes down what the watch saw; it cannot itself. */
void turn_watch_tell(void);

#endif
