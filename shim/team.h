/* SPDX-License-Identifier: MIT */
/*
 * --openmp=ordered: what GCC's code asks of libgomp is done by us, so that the
 * members of a region run one at a time, in an order that follows from the
 * program (crew.h). Each member is a thread of its own, and that of a number is
 * the same one in the next region of the same thread: what is thread-local
 * stays what it was.
 *
 * Who calls is `member_me()`, NULL outside of all regions of ours: there
 * libgomp's own function does it, and keeps the settings (how many threads,
 * which schedule), which a region copies when it begins.
 *
 * Every loop is static: dynamic,c is static,c, and guided, auto and what has no
 * chunk have one block for each member. Sections go round. Tasks run at once,
 * where they are made.
 */
#ifndef SAMEBITS_TEAM_H
#define SAMEBITS_TEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crew.h"

#define TEAM_MOST 4096u /* members */

/* Settings that a task has of its own: OpenMP's internal control variables. */
struct settings {
	unsigned threads; /* of the next region */
	int levels;	  /* at most so many regions in each other */
	int kind, chunk;  /* schedule(runtime) */
	bool dynamic;
};

struct group {
	struct group *up;
	uintptr_t *reductions;
	bool cancelled;
};

/* A task that runs: a member's own part of the region, or one on top of it. */
struct task {
	struct task *up;
	struct settings set;
	struct group *group;
	struct event *events; /* of tasks made here that wait for one */
	unsigned depth;
	bool final;
};

/* What the members of a team share in one construct; they meet them in the same
 * order, so its number says which one it is. */
struct share {
	struct share *next;
	uint64_t number;
	unsigned left; /* members that are through */
	bool cancelled;
	uintptr_t *reductions; /* of who came first */
	void *memory;
	size_t size; /* of that */
	uint64_t done;	    /* pieces of an ordered loop */
	uint64_t *progress; /* of each member, where iterations wait */
};

/* Pieces of iterations, as one member gets them. */
struct loop {
	uint64_t total, piece, next; /* piece 0: one block; next: of its pieces */
	uint64_t start, step;	     /* modulo 2^64: signed and unsigned alike */
	uint64_t now;		     /* the piece that it has */
	bool has;		     /* it has one */
	/* Of those whose iterations wait: */
	unsigned depth;
	uint64_t *counts;
};

struct member {
	struct team *team;
	struct hand *hand;
	unsigned id;
	bool ordered; /* its loop is */
	uint64_t constructs;
	struct task part, *task;
	struct share *share; /* of the loop or the sections it is in */
	struct loop loop;
	uint64_t section, sections;
	struct deferred *first, *last; /* tasks put off */
};

struct team {
	struct member *outer; /* which opened it; NULL: none of ours */
	unsigned n, room;
	unsigned level, active;
	unsigned arrived, ended;
	unsigned limit; /* of threads, for regions within */
	unsigned number, league; /* of teams, as omp_get_team_num() has it */
	uint64_t phase;
	bool cancelled, cancels; /* cancels: OMP_CANCELLATION is on */
	void (*fn)(void *);
	void *data;
	void *copy; /* of a single's private variables */
	uint64_t sections;
	struct loop loop;
	bool has_loop;
	struct share *shares;
	struct group group; /* with reductions of the whole region */
	struct group *reduces;
	unsigned events; /* that tasks wait for */
	size_t size;
	struct member member[];
};

static inline struct member *member_me(void)
{
	struct hand *h = hand_me;

	return h ? h->at : NULL;
}

/* What the library that the caller reaches says outside of our regions. */
struct outside {
	struct settings set;
	unsigned limit;
	bool cancels;
	unsigned number, league;
};

/* How a region begins, but for who runs it. */
struct region {
	void (*fn)(void *);
	void *data;
	unsigned threads; /* of the clause; 0: none */
	const struct loop *loop;
	bool runtime; /* its pieces are as schedule(runtime) says */
	uint64_t sections;
	uintptr_t *reductions;
	struct outside outside; /* where member_me() is NULL */
};

/* Opens it; the caller is its first member then. How many they are. */
unsigned team_open(const struct region *r);
/* After the caller's part. */
void team_close(void);
unsigned team_run(const struct region *r);

/* True: the region was cancelled. */
bool team_barrier(struct member *m, bool cancellable);
bool team_single(struct member *m);
void *team_copy_start(struct member *m);
void team_copy_end(struct member *m, void *data);

/* The construct that the member enters now. *first: nobody was there. */
struct share *share_enter(struct member *m, bool *first);
void share_leave(struct member *m, struct share *s);
struct member *team_member(struct member *m, unsigned id);

void teams_forked(void); /* in a forked child */

/* teamloop.c */
struct loop loop_signed(long start, long end, long step, long chunk);
struct loop loop_unsigned(bool up, uint64_t start, uint64_t end, uint64_t step,
			  uint64_t chunk);
/* The piece for a schedule of GCC's (RUNTIME … AUTO): 0: a block. */
uint64_t loop_piece(const struct settings *set, long kind, uint64_t chunk);
struct task_memory {
	uintptr_t *reductions;
	void **memory;
};
/* share_enter() for a construct with reductions of tasks or memory of its own. */
struct share *share_for(struct member *m, const struct task_memory *t);
void loop_begin(struct member *m, const struct loop *l, bool ordered,
		const struct task_memory *t);
bool loop_next(struct member *m, uint64_t *from, uint64_t *below);
void loop_end(struct member *m);
void ordered_start(struct member *m);
void depend_begin(struct member *m, unsigned n, const uint64_t *counts,
		  uint64_t piece, const struct task_memory *t);
void depend_post(struct member *m, const uint64_t *at);
void depend_wait(struct member *m, const uint64_t *at);
unsigned sections_begin(struct member *m, uint64_t n,
			const struct task_memory *t);
unsigned sections_next(struct member *m);

/* teamtask.c: flags as GCC's code has them. */
struct task_call {
	void (*fn)(void *);
	void *data;
	void (*copy)(void *, void *);
	size_t size, align;
	bool now; /* its clause `if` is false */
	bool own; /* `data` is a copy, in our memory, for this task alone */
	unsigned flags;
	void **event;
};
enum {
	TASK_FINAL = 2,
	TASK_DEPEND = 8,
	TASK_UP = 1 << 8,
	TASK_GRAINSIZE = 1 << 9,
	TASK_IF = 1 << 10,
	TASK_NOGROUP = 1 << 11,
	TASK_REDUCTION = 1 << 12,
	TASK_DETACH = 1 << 13,
	TASK_STRICT = 1 << 14,
};
void task_make(struct member *m, const struct task_call *c);
/* number: of tasks, or of iterations in each, as its flags say. */
void task_loop(struct member *m, const struct task_call *c, uint64_t number,
	       const struct loop *l);
/* Runs what was put off; waits for its own tasks' events. */
void task_wait(struct member *m);
void task_drain(struct member *m);
void task_finish(struct member *m); /* at a barrier: all members' events */
void task_fulfil(void *event);
void group_open(struct member *m);
void group_close(struct member *m);
/* `n` the members that get memory each; first NULL: nobody has made it. */
void reductions_make(struct group *g, uintptr_t *data, uintptr_t *first,
		     unsigned n);
void reductions_free(uintptr_t *data);
bool reductions_ours(const uintptr_t *data); /* not the library's */
void reductions_remap(struct member *m, size_t n, size_t originals,
		      void **at);
bool team_cancel(struct member *m, unsigned which, bool yes);
bool team_cancelled(struct member *m, unsigned which);

/* Memory of ours, cleared and aligned to its size's next power of two; it ends
 * the program where there is none, as libgomp does. */
void *team_memory(size_t size);
void team_memory_free(void *p, size_t size);
void team_memory_forked(void); /* in a forked child */

/* teamlock.c: free while it is 0. */
void team_lock(int *word);
bool team_trylock(int *word);
void team_unlock(int *word);
/* Of a task, or of a thread outside of all regions. */
const void *team_owner(void);

#endif
