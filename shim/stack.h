/* SPDX-License-Identifier: MIT */
/*
 * Sites: the stack that reached a hook, as (module, offset) frames, hashed so
 * that it is equal across runs. Under the engine's lock.
 *
 * The walk needs more room than a thread or a signal handler may have left: it
 * runs on a stack of the engine's own, from a context captured before. Each
 * thread has one: a race detector cannot see that a common one is locked.
 */
#ifndef SAMEBITS_STACK_H
#define SAMEBITS_STACK_H

#include <stdbool.h>
#include <stdint.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#define STACK_DEPTH 32	/* frames that a site has */
#define STACK_DEEPEST 256 /* frames that rules are asked of */

void stack_start(void); /* opens libunwind, once libc is up */
/* Where the words that the kernel left on the first stack begin: argv. */
void stack_first(const void *top);

/* Takes the calling function's place for the walks that follow. It must not
 * return before they are done. */
#define stack_capture()                                                        \
	((void)(stack_capture_fn ? stack_capture_fn(&stack_context) : 0))
extern int (*stack_capture_fn)(unw_context_t *);
extern unw_context_t stack_context;

/* Calls fn(arg) on the engine's stack of this thread. */
struct thread;
void stack_call(struct thread *self, void (*fn)(void *), void *arg);

/* A stack as it was walked, innermost first. */
struct stack {
	int n;
	bool handler; /* a signal handler's frame is on it */
	uintptr_t address[STACK_DEEPEST]; /* return addresses */
	struct module *module[STACK_DEEPEST]; /* NULL: unknown code */
};

/* The calling thread's, from the return address `ra` on, `depth` frames at
 * most; at least that one. Good until the next walk. */
const struct stack *stack_walk(uintptr_t ra, int depth);
/* A hash of it all and of `seed`; meant for this process alone. */
uint64_t stack_digest(uintptr_t ra, uint64_t seed);
/* The id of its site in this log, written on first use; 0: none. line: the
 * lines of Python code that stand at it. */
struct line;
uint32_t stack_site(const struct stack *s, const struct line *line,
		    unsigned lines);
/* What a recording has of it (SB_TAPE_TAG); 0: no site. Without the lock. */
uint32_t stack_site_tag(uint32_t id);
/* Is an object whose path holds `part` on the calling thread's C stack? Takes
 * the lock itself; the thread has its block. */
bool stack_passes(const char *part);
void stack_forget(void); /* in a forked child */
void stack_flush(void);	 /* code was unloaded: what was known of its frames */

#endif
