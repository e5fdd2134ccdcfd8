/* SPDX-License-Identifier: MIT */
/*
 * What a thread owns: its logical name, its clock, its streams, its keys and
 * its places in the log. One block a thread, mapped by whoever creates the
 * thread and reused only after the kernel thread is gone, so that it outlives
 * the program's own thread-specific destructors.
 */
#ifndef SAMEBITS_THREAD_H
#define SAMEBITS_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "event.h"
#include "seat.h"
#include "stream.h"

/* One (return address, frame, source) that reached a hook before. */
struct key {
	uintptr_t ra, fa;
	struct sb_counter *counter; /* NULL: not logged */
	uint32_t counter_id;
	uint16_t id;	/* the source's index, with some of KEY_… */
	uint8_t policy; /* enum sb_policy for this caller */
	bool crypto;	/* its values are not kept */
};
#define KEY_SOURCE 0x0fffu
/* Only a mark: `policy` holds what is to be asked at each call from there
 * (ASK_…), and `fa` of the keys with the answer holds that, too. */
#define KEY_ASK 0x1000u
#define KEY_ANSWERED 0x2000u
#define KEY_SECRET 0x4000u /* answered: keys are being made */

#define KEY_GONE 1u /* ra: its code was unloaded; the place may be taken */

/* The table of keys is a power of two of places, three quarters full at most;
 * it starts within the block and grows by mapping. */
#define KEYS_FIRST_BITS 8
#define KEYS_LAST_BITS 14
#define STREAMS 8

/* rand() and its relatives, as glibc keeps them for the whole process. */
struct prng {
	struct random_data random;
	struct drand48_data drand48;
	int32_t state[32];
	uint32_t seed;
	bool ready;
	bool fortran;	      /* libgfortran has a state for this thread */
	uint64_t old_fortran; /* state of Fortran's rand(); 0: none yet */
};

/* Its part of a recording (tape.h). */
struct tape {
	char *map;	 /* what of the file is mapped; NULL: nothing */
	uint64_t size;	 /* of that */
	uint64_t offset; /* where in the file it lies */
	uint64_t used;	 /* of it: where the next record begins */
	uint64_t count;	 /* records so far */
	bool opened;	 /* or tried to */
	bool left;	 /* goes on without the recording */
};

struct thread {
	struct key *key; /* the table */
	unsigned key_shift; /* 64 minus the bits of its size */
	unsigned nkeys;
	uint64_t clock; /* logical ns since the start */
	uint32_t fresh; /* clock readings since the last wait */
	uint16_t mark;	/* 1 to 999: the nanoseconds of its readings (ltime.h) */
	uint32_t id;	/* SB_THREAD record in this process's log; 0: none yet */
	struct sb_chunk *events; /* window being filled, `--trace=full` */
	unsigned writing;	 /* events reserved in it, not yet written */
	bool busy;		 /* in the engine: hooks make no events */
	bool asking;		 /* an interpreter, for its line */
	bool first;		 /* the process's first thread */
	bool joinable;		 /* a join may still ask for `clock` */
	bool retired;		 /* past its thread-specific destructors */
	bool ended;		 /* joined, or never came to be */
	int tid;
	unsigned pinned; /* under --threads: one more than the processor that it
			  * pinned itself to; 0: it did not */
	struct stream_key stream; /* seed and lineage of its streams */
	uint64_t index[STREAMS];
	struct prng prng;

	uint64_t lineage;
	uint64_t children; /* processes made so far */
	uint64_t threads;  /* threads made so far */
	pthread_t handle;
	char path[96];
	/* The process it is about to make. */
	struct {
		char path[256];
		uint64_t lineage;
		uint32_t slot;
	} child;
	struct sb_chunk *counters; /* chunk being filled */
	uint32_t counters_base;	   /* id of its first slot */

	struct seat seat;

	const struct key *at; /* of a recording: whose call it is in */
	struct tape tape;
	void *once; /* its call of pthread_once() (wrap/cond.c) */

	char *trap_stack; /* its top (trap.h); NULL: not needed so far */
	bool trapped;	  /* it is in use */

	char *engine_stack; /* its top (stack.h); NULL: not needed so far */

	/* What the stack's frames are told by, in all threads that start the
	 * same way: where it began, and in which function. */
	uintptr_t base, entry;
	void *(*start)(void *); /* handed over by pthread_create */
	void *arg;
	/* What stays when the block gets another owner; others walk along
	 * `next` without the lock. */
	struct thread *next;
	struct environment *lasting; /* process.h; NULL: not needed so far */
	struct key first_keys[1 << KEYS_FIRST_BITS];
	struct key *last[]; /* of each source: where the hot path looks */
};

extern __thread struct thread *thread_me
	__attribute__((tls_model("initial-exec")));

static inline unsigned keys_room(const struct thread *t)
{
	return 1u << (64 - t->key_shift);
}

static inline unsigned key_place(const struct thread *t, uintptr_t ra,
				 uintptr_t fa, unsigned id)
{
	return (unsigned)(((ra ^ (fa << 20) ^ id) * 0x9e3779b97f4a7c15u) >>
			  t->key_shift);
}

/* Its place in the table: its own, or the free one where it belongs. */
static inline struct key *key_find(struct thread *t, uintptr_t ra,
				   uintptr_t fa, unsigned id)
{
	unsigned i = key_place(t, ra, fa, id);

	while (t->key[i].ra && !(t->key[i].ra == ra && t->key[i].fa == fa &&
				 t->key[i].id == id))
		i = (i + 1) & (keys_room(t) - 1);
	return &t->key[i];
}

/* A free place for a key that is not in the table. */
static inline struct key *key_free(struct thread *t, uintptr_t ra,
				   uintptr_t fa, unsigned id)
{
	unsigned i = key_place(t, ra, fa, id);

	while (t->key[i].ra > KEY_GONE)
		i = (i + 1) & (keys_room(t) - 1);
	return &t->key[i];
}

/* A block for the next thread that `parent` creates; NULL: no memory. */
struct thread *thread_new(struct thread *parent);
/* Gives back the block of a thread that never came to be, or was joined. */
void thread_drop(struct thread *t);
/* Makes `t` the calling thread's own. */
void thread_enter(struct thread *t);
/* Names it in the log, once. Under the lock. */
void thread_name(struct thread *t);
/* Four times the room for keys; false: no more. Under the lock. */
bool thread_more_keys(struct thread *t);
/* Drops the keys of code in [start, end), which nobody can be running, from
 * every thread. Under the lock. */
void threads_forget_code(uintptr_t start, uintptr_t end);
/* The block of a thread that a join can still ask for; NULL: none. */
struct thread *thread_find(pthread_t handle);
/* That of a thread that has not come to its end, detached ones too; or NULL. */
struct thread *thread_alive(pthread_t handle);
/* For a thread that nobody announced (raw clone): names it by arrival. */
struct thread *thread_adopt(void);
/* In a forked child: only the calling thread is left. */
void thread_forked(void);
/* Every block, along `next`, without the lock: none is ever unmapped. */
struct thread *thread_first(void);
/* The largest clock of any thread of this process. */
uint64_t thread_highest(void);

#endif
