/* SPDX-License-Identifier: MIT */
/*
 * What Python code asked for this: through CPython's exported C API only.
 *
 * Between python_begin() and python_end() the calling thread has the
 * interpreter's lock and the collector rests: since 3.11 a frame becomes an
 * object only when it is asked for, and that must not run finalizers in the
 * middle of somebody's call.
 */
#ifndef SAMEBITS_PYTHON_H
#define SAMEBITS_PYTHON_H

#include <stdbool.h>
#include <stdint.h>

/* A line that CPython executes. Its texts live as long as the process. */
struct line {
	const char *file, *function;
	uint32_t number;
};

struct python {
	int state;
	bool taken, collects;
};

/*
 * May the calling thread ask? ra: the caller, in the interpreter or in an
 * extension module. The thread must hold the interpreter's lock; `take`: or it
 * is taken, which only the interpreter's own code can be trusted with. False
 * before the interpreter is up, once it finalizes, in a thread that it does not
 * know, while an exception is being raised, and where its allocator itself
 * calls us. Not from a signal handler.
 */
bool python_begin(struct python *p, const void *ra, bool take);
void python_end(const struct python *p);
/* Did the interpreter's own code ask already? Others cannot ask before: they do
 * not lead to it. */
bool python_met(void);

/* Writes the calling thread's lines as faulthandler does, without the
 * interpreter's lock: for a thread that waits for it, perhaps for ever. False:
 * there are none, or this CPython cannot. */
bool python_dump(int fd);

/* Does the calling thread, in code of the interpreter's own at ra, have its
 * lock? */
bool python_holds(const void *ra);

/* Is the interpreter not up yet, or ending? Asked outside of the two. */
bool python_down(void);
/* Is no frame the program's: is there none, or does the interpreter itself
 * import, outermost? */
bool python_own(void);

/* The innermost frame's code object and instruction; 0: there is no frame, or,
 * without `imports`, it is known to be the interpreter's own importing. */
uint64_t python_where(bool imports);
/* The same of so many frames; 0: there is none. */
uint64_t python_stack(unsigned most);
/* The frames' lines, innermost first; returns how many. Their code objects are
 * kept from then on, so that python_where() means the same for ever; 0 where
 * too many are kept. */
unsigned python_lines(struct line *line, unsigned max);
/*
 * Does a cryptographic Python module (secrets, ssl, cryptography, …) stand on
 * the calling thread's Python stack? NumPy's seeding through secrets does not
 * count: its numbers are no keys.
 */
bool python_secret(void);

#endif
