/* SPDX-License-Identifier: MIT */
/*
 * What a recorded run heard from others: how much a read gave at a time, which
 * descriptors were ready, which child had ended. A replay hears the same in the
 * same portions: where it comes from the run's own processes or from its
 * standard input, the bytes are read again, and as many as there were then.
 *
 * What other hosts said is kept itself, up to --record-network, and then no
 * host is asked again: calls on such a socket do nothing and answer as they
 * did.
 *
 * Files on disks are no others: what is read of them is as much as there is.
 */
#ifndef SAMEBITS_HEARD_H
#define SAMEBITS_HEARD_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "config.h"
#include "event.h"

#define heard_on __builtin_expect(config.tape, 0)

/* One call of a reading function. */
struct heard_read {
	struct thread *self; /* NULL: not recorded */
	long given;	     /* replayed: bytes to be had, or -errno */
	bool is_given, far;
	const char *bytes; /* the given ones; NULL: to be read */
	int fd;
};

/* False: do the call as ever, and then heard_read_end(). True: replayed, and
 * `given` is what comes of it; where that is more than 0, heard_again() gets
 * it. */
bool heard_read(struct heard_read *r, int fd);
void heard_read_end(struct heard_read *r, long n, const struct iovec *part,
		    int parts);
/* All of the given bytes, into the parts; what there was of them, or -1. */
ssize_t heard_again(const struct heard_read *r, const struct iovec *part,
		    int parts);

/* Waits until some of it is there, for a call that gets it itself. */
void heard_await(const struct heard_read *r);

/* What came of a call, and what it left in memory, of `size` bytes at most.
 * False: do it as ever, and then heard_call_end(). errno is set. */
#define HEARD_MOST 4096 /* bytes; calls with more are not recorded */
bool heard_call(enum sb_tape_kind kind, long *ret, void *left, size_t size);
void heard_call_end(enum sb_tape_kind kind, long ret, const void *left,
		    size_t size);

/* Of a wait for descriptors. */
bool heard_ready(int *ret, void *left, size_t size);
void heard_ready_end(int ret, const void *left, size_t size);

/* Leads this socket to another host, and is what that says kept? */
bool heard_is_far(int fd);
/* A call that leaves nothing: what it returned, without doing it. */
bool heard_far(int fd, long *ret);
void heard_far_end(int fd, long ret);

/* One that writes an answer and its length: into *len bytes, of which there
 * were `room` before. True: replayed. */
bool heard_answer(int fd, void *to, unsigned *len, long *ret);
void heard_answer_end(int fd, const void *from, const unsigned *len,
		      unsigned room, long ret);

/* In a process that handles no SIGCHLD: the child that was waited for, as it is
 * shown; 0: none had ended; -errno. False: wait as ever. heard_child_end() is
 * due in either case, but for what is no child. */
bool heard_child(long *pid);
void heard_child_end(long pid);

#endif
