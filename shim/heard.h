/* SPDX-License-Identifier: MIT */
/*
 * What a recorded run heard from others: how much a read gave at a time, which
 * descriptors were ready, which child had ended. A replay hears the same in the
 * same portions: where it comes from the run's own processes or from its
 * standard input, the bytes are read again, and as many as there were then.
 *
 * Files on disks are no others: what is read of them is as much as there is.
 */
#ifndef SAMEBITS_HEARD_H
#define SAMEBITS_HEARD_H

#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "config.h"

#define heard_on __builtin_expect(config.tape, 0)

/* One call of a reading function. */
struct heard_read {
	struct thread *self; /* NULL: not recorded */
	long given;	     /* replayed: bytes to be had, or -errno */
	bool is_given;
	int fd;
};

/* False: do the call as ever, and then heard_read_end(). True: replayed, and
 * `given` is what comes of it; where that is more than 0, heard_again() gets
 * it. */
bool heard_read(struct heard_read *r, int fd);
void heard_read_end(struct heard_read *r, long n);
/* All of the given bytes, into the parts; what there was of them, or -1. */
ssize_t heard_again(const struct heard_read *r, const struct iovec *part,
		    int parts);

/* What came of a wait for descriptors: a number and what it left in memory.
 * False: wait as ever, and then heard_ready_end(). errno is set. */
bool heard_ready(int *ret, void *left, size_t size);
void heard_ready_end(int ret, const void *left, size_t size);

/* In a process that handles no SIGCHLD: the child that was waited for, as it is shown; 0: none had ended; -errno.
 * False: wait as ever. heard_child_end() is due in either case, but for what is
 * no child. */
bool heard_child(long *pid);
void heard_child_end(long pid);

#endif
