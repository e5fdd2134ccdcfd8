/* SPDX-License-Identifier: MIT */
/*
 * This process: its logical name, its place on the board, how its children get
 * theirs, and the one lock of the engine.
 *
 * The lock covers what happens rarely (a new site, a new chunk, a new thread).
 * It is only taken with all signals blocked, so a handler never waits for the
 * thread that it interrupted, and it is held over fork, so a child never
 * inherits it from a thread that is gone.
 */
#ifndef SAMEBITS_PROCESS_H
#define SAMEBITS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "event.h"

struct process {
	bool active;	/* bound, configured, logging */
	bool shared;	/* has, or had, other threads or processes beside it */
	bool drawn;	/* a stream was drawn from */
	bool lent;	/* a child shares, or shared, our memory (vfork) */
	int pid;
	uint32_t slot;	/* SB_SLOTS: none */
	uint32_t exec;
	uint32_t children; /* made so far, by images before this one too */
	uint64_t lineage;
	struct sb_board *board; /* NULL: none */
	char path[256];
	uint64_t real_start; /* CLOCK_MONOTONIC ns at clock_start */
	uint64_t clock_start;
};

extern struct process process;

/*
 * Whether the engine works in this very process. The page is wiped in a child
 * that was forked in any way (MADV_WIPEONFORK); libc's fork is told to us and
 * sets it again, behind its back the child's first call finds it out.
 */
struct alive {
	bool yes;
} __attribute__((aligned(SB_PAGE)));
extern struct alive alive;

/* Blocks all signals and takes the lock; hand the mask to the release. */
uint64_t engine_lock(void);
void engine_unlock(uint64_t mask);
/* The same with any word of the engine's, 0 while it is free. */
uint64_t word_take(int *word);
void word_give(int *word, uint64_t mask);
/* The same around the loader's list (real_iterate): libc does not free its own
 * lock of that in a forked child. Within it no other lock is taken, neither the
 * engine's nor, by a lookup, the loader's. */
uint64_t loader_lock(void);
void loader_unlock(uint64_t mask);

/* Without a launcher: makes STORE/NNNNNN with a board, names it in config. */
bool process_make_run(void);
void process_start(void); /* from the constructor */
void process_leave(void); /* at the end: hands our time to who waits for us */

struct thread;
/* Forking by libc: before in the parent; after in the parent and in the child;
 * and the first call in a child that was forked otherwise. */
void process_fork_prepare(void);
void process_fork_parent(void);
void process_fork_child(void);
void process_fork_raw(void);
/* Announces a child that is not forked by libc's fork (spawn, vfork, system):
 * names it in the calling thread's block, which is returned. Call in the
 * parent, once a child. */
struct thread *process_announce(void);

/*
 * The environment of a program about to be executed: the caller's with
 * LD_PRELOAD and SAMEBITS put back. Needs no heap; writes only to what it is
 * given, so it serves vfork children too.
 */
struct environment {
	char state[3072];
	char preload[1536];
	char **vector;
};
int environment_size(char *const envp[]); /* entries that `vector` needs */
/* For a child that shares our memory: its text stays, as what stands in front of
 * libc's exec may keep pointers to it. `own`: where there is no memory. */
struct environment *environment_lasting(struct environment *own);
/* spawned: the image belongs to the child last announced by this thread, not
 * to this process. what: the program's name, for the board. */
void environment_make(struct environment *e, char *const envp[], bool spawned,
		      const char *what);
/* For the run's first process, by itself. */
void environment_first(struct environment *e, char *const envp[]);
/* The exec failed: this image goes on. */
void environment_undo(bool spawned);
/* Is the caller a child that shares our memory (vfork)? */
bool process_borrowed(void);

/* How many slots of the board may be read: of those that were taken, the file
 * holds these. */
uint32_t process_slots(void);
/* The clock that a child, waited for, had reached; 0: not known. */
uint64_t process_clock_of(int pid);

#endif
