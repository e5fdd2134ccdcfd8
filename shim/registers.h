/* SPDX-License-Identifier: MIT */
/* The arguments of syscall(2), as jump.S saves them and takes them back. */
#ifndef SAMEBITS_REGISTERS_H
#define SAMEBITS_REGISTERS_H

#include <stdbool.h>

#include "sys.h"

/* From the sixth argument of syscall() down. */
struct registers {
	long a[5]; /* a[4] is the system call's first argument */
	long nr;   /* where the result goes, if the call is served */
};
#define ARG(r, n) ((r)->a[5 - (n)])

static inline long registers_go_on(const struct registers *r)
{
	return sys_call(r->nr, ARG(r, 1), ARG(r, 2), ARG(r, 3), ARG(r, 4),
			ARG(r, 5), 0);
}

/* wrap/pidcall.c: translates process numbers. True: served. */
bool pidcall(struct registers *r);
/* wrap/futex.c: what waits for a word, and wakes. True: served. */
bool futex_in_turn(struct registers *r, uint32_t sixth, bool force,
		   long *result);

#endif
