/* SPDX-License-Identifier: MIT */
/*
 * A system call that is ours to look at: made through libc's syscall(2), as
 * jump.S saves its arguments and takes them back, or met by a trap (rawcall.h,
 * vdso.h). One table serves both, in wrap/syscall.c.
 */
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

/* Who made it, as for call_begin(). */
struct caller {
	void *ret, *frame;
	long sixth; /* the call's last argument */
};

/*
 * Serves it: true, and the result (or -1, and errno) stands where the number
 * stood. False: it is to be made as it is, with the arguments as they are now,
 * which may be others than before.
 */
bool syscall_serve(struct registers *r, const struct caller *by);
/* May syscall_serve() do anything about this number? */
bool syscall_served(long nr);

static inline long registers_go_on(const struct registers *r)
{
	return sys_call(r->nr, ARG(r, 1), ARG(r, 2), ARG(r, 3), ARG(r, 4),
			ARG(r, 5), 0);
}

/* wrap/pidcall.c: translates process numbers. True: served. */
bool pidcall(struct registers *r);
/* The same for numbers alone, for syscall_served(). */
bool pidcall_served(long nr);
/* wrap/wait.c: waits for descriptors. NULL: no such call. */
typedef long wait_server(struct registers *r, const struct caller *by);
wait_server *wait_call(long nr);
/* wrap/process.c: another program. Returns where it failed: -errno. */
long exec_call(struct registers *r, const struct caller *by);
/* wrap/futex.c: what waits for a word, and wakes. True: served. */
bool futex_in_turn(struct registers *r, uint32_t sixth, bool force,
		   long *result);

#endif
