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
#include "stream.h"

/* One (return address, frame, source) that reached a hook before. */
struct key {
	uintptr_t ra, fa;
	struct sb_counter *counter; /* NULL: not logged */
	uint32_t counter_id;
	uint16_t source;
	uint8_t policy; /* enum sb_policy for this caller */
	uint8_t flags;	/* enum key_flag */
};
enum key_flag { KEY_CRYPTO = 1, KEY_PYTHON = 2 };

#define KEYS 1024 /* a power of two */
#define STREAMS 8

/* rand() and its relatives, as glibc keeps them for the whole process. */
struct prng {
	struct random_data random;
	struct drand48_data drand48;
	int32_t state[32];
	uint32_t seed;
	bool ready;
};

struct thread {
	struct stream_key stream; /* seed and lineage of its streams */
	uint64_t index[STREAMS];
	uint64_t clock; /* logical ns since the start */
	uint64_t lineage;
	uint64_t children;  /* processes made so far */
	uint64_t threads;   /* threads made so far */
	uint32_t id;	    /* SB_THREAD record in this process's log */
	int tid;
	uint32_t fresh;	    /* clock readings since the last wait */
	bool first;	    /* the process's first thread */
	bool joinable;	    /* a join may still ask for `clock` */
	bool retired;	    /* past its thread-specific destructors */
	bool busy;	    /* in the engine: hooks make no events */
	struct thread *next;
	pthread_t handle;
	char path[96];
	/* The process it is about to make. */
	struct {
		char path[256];
		uint64_t lineage;
		uint32_t slot;
	} child;

	unsigned nkeys;
	struct sb_chunk *counters; /* chunk being filled */
	uint32_t counters_base;	   /* id of its first slot */
	struct sb_chunk *events;   /* chunk being filled, `--trace=full` */

	struct prng prng;
	void *(*start)(void *); /* handed over by pthread_create */
	void *arg;
	struct key key[KEYS];
};

extern __thread struct thread *thread_me
	__attribute__((tls_model("initial-exec")));

/* A block for the next thread that `parent` creates; NULL: no memory. */
struct thread *thread_new(struct thread *parent);
/* Gives back a block whose thread never came to be. */
void thread_drop(struct thread *t);
/* Makes `t` the calling thread's own and names it in the log. */
void thread_enter(struct thread *t);
/* The block of a thread that a join can still ask for; NULL: none. */
struct thread *thread_find(pthread_t handle);
/* For a thread that nobody announced (raw clone): names it by arrival. */
struct thread *thread_adopt(void);
/* In a forked child: only the calling thread is left. */
void thread_forked(void);
/* The largest clock of any thread of this process. */
uint64_t thread_highest(void);

#endif
