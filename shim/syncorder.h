/* SPDX-License-Identifier: MIT */
/*
 * The order in which threads take locks, in a recording without turns. Who has
 * taken one draws a ticket of its slot, which addresses share; a replay lets
 * nobody take a lock before its ticket is due. What happens between is the
 * threads' own: they run as fast as they can, and in the same order wherever
 * they order themselves. A wait that ended for another reason (a limit, busy)
 * ends so again, at once.
 *
 * Nothing is kept before a process has a second thread. The teams of numeric
 * libraries are left alone, and so is Java's machine: they look at memory
 * before they lock, and take another number of locks each time.
 *
 * CPython's threads pass one lock around, which is enough to know what each did
 * before another, as long as nobody is made to give it away in the middle of
 * anything: who waits for it does not ask for that while a run is recorded, but
 * after SYNC_PATIENCE.
 */
#ifndef SAMEBITS_SYNCORDER_H
#define SAMEBITS_SYNCORDER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#define CALLED_FROM __builtin_return_address(0)

#define SYNC_PATIENCE 1 /* s */

extern bool sync_on_flag;
#define sync_on __builtin_expect(sync_on_flag, 0)

/* A process gets its second thread; a forked child has one. */
void sync_start(void);
void sync_forget(void);
/* A thread left the recording: nobody waits for it. */
void sync_leave(void);

/* Is it a wait for CPython's lock, while a run is recorded? */
bool sync_patient(const void *ra);
/* Is it the interpreter, on its way to its own lock, that asks for the time?
 * How often it does so is nobody's business. */
bool sync_aside(const void *ra);

/* One call. */
struct sync {
	unsigned slot;
	bool kept;  /* it is being recorded */
	bool given; /* replayed: what follows is known beforehand */
	bool ended; /* replayed, beyond what the thread has of the recording */
	bool got;
	uint8_t result; /* an errno value */
	uint64_t ticket;
};

/* ra: who calls. True: it is replayed, see `got` and `result`. */
bool sync_begin(struct sync *s, const volatile void *key, const void *ra);
/* The same of a wait that lets a mutex go first. */
bool sync_begin_wait(struct sync *s, pthread_mutex_t *m, const void *ra);
/* Until the ticket is due, where it got what it wanted. */
void sync_await(const struct sync *s);
/* Both, of a call that waits for ever; key NULL: of nothing. */
void sync_before(struct sync *s, const volatile void *key, const void *ra);
/* What became of it: got, with a ticket, or an errno value. */
void sync_end(struct sync *s, bool got, int result);

/* Who initialises a static variable of C++; nobody asks once it is. */
enum sync_guard { SYNC_GUARD_OURS, SYNC_GUARD_DONE, SYNC_GUARD_ASK };
/* Of a replay: it is for this thread, it was done (and is now), or ask. */
enum sync_guard sync_guard(const unsigned char *done, const void *ra);
void sync_guard_end(const unsigned char *done, int ours, const void *ra);

/* Whole calls; 0 or an errno value. NOT_OURS (turn.h): it is not replayed, and
 * sync_end() is due. */
int sync_mutex(struct sync *s, pthread_mutex_t *m, const void *ra);
int sync_rwlock(struct sync *s, pthread_rwlock_t *l, bool write,
		const void *ra);
int sync_sem(struct sync *s, sem_t *sem, const void *ra);
int sync_cond(struct sync *s, pthread_mutex_t *m, const void *ra);

#endif
