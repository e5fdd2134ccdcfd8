/* SPDX-License-Identifier: MIT */
/*
 * System calls made through libc's syscall(2): Rust, libstdc++ and many others
 * wait and draw this way. Each belongs to the group of its libc sibling. What
 * stands in no row here goes on untouched.
 */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/time.h>

#include "call.h"
#include "ltime.h"
#include "pids.h"
#include "registers.h"
#include "banned.h"

#define ROW(nr, in, text)                                                      \
	SOURCE_ROW(syscall_##nr, .group = in, .policy = SB_FORCE,              \
		   .doc = text " by syscall(SYS_" #nr ")")

ROW(getrandom, "entropy", "kernel entropy");
ROW(time, "clock", "seconds since 1970");
ROW(gettimeofday, "clock", "microseconds since 1970");
ROW(clock_gettime, "clock", "any clock");
ROW(nanosleep, "clock", "sleep, nanoseconds");
ROW(clock_nanosleep, "clock", "sleep on a clock");
ROW(futex, "clock", "wait for a word in memory, with a limit");
ROW(getpid, "pid", "process number");
ROW(getppid, "pid", "the parent's process number");
ROW(gettid, "pid", "thread number");

SOURCE_ROW(syscall_fork, .group = "process", .policy = SB_OBSERVE,
	   .doc = "a copy of the process by syscall(SYS_fork or SYS_clone)");

static long go_on(const struct registers *r)
{
	return registers_go_on(r);
}

static long draw(struct call *c, const struct registers *r, bool force)
{
	void *buf = (void *)ARG(r, 1);
	size_t len = (size_t)ARG(r, 2);
	long n = (long)len;

	if (force)
		call_draw(c->self, STREAM_ENTROPY, buf, len);
	else
		n = go_on(r);
	call_end(c, n < 0 ? 0 : digest_bytes(buf, (size_t)n), len);
	return n;
}

static long read_clock(struct call *c, const struct registers *r, bool force)
{
	struct timespec *ts = (void *)ARG(r, 2);
	long ret = 0;

	if (force && ts)
		*ts = ltime_show((clockid_t)ARG(r, 1), ltime_read(c->self));
	else
		ret = go_on(r);
	call_end(c, ret || !ts ? 0 : ltime_ns(ts), 0);
	return ret;
}

static long read_timeofday(struct call *c, const struct registers *r,
			   bool force)
{
	struct timeval *tv = (void *)ARG(r, 1);
	struct timespec ts;
	long ret = 0;

	if (force && tv) {
		ts = ltime_show(CLOCK_REALTIME, ltime_read(c->self));
		*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	} else {
		ret = go_on(r);
	}
	call_end(c, ret || !tv ? 0 : (uint64_t)tv->tv_sec * LTIME_SECOND +
					     (uint64_t)tv->tv_usec * 1000, 0);
	return ret;
}

static long read_time(struct call *c, const struct registers *r, bool force)
{
	time_t *out = (void *)ARG(r, 1);
	long t;

	if (force) {
		t = ltime_show(CLOCK_REALTIME, ltime_read(c->self)).tv_sec;
		if (out)
			*out = t;
	} else {
		t = go_on(r);
	}
	call_end(c, (uint64_t)t, 0);
	return t;
}

static long rest(const struct timespec *wanted, struct timespec *rem,
		 const struct timespec *left, long ret, struct thread *self)
{
	uint64_t ns = ret == -EINTR ? ltime_ns(left) : 0;

	if (self && (ret == 0 || ret == -EINTR))
		ltime_advance(self, ltime_ns(wanted) - ns);
	if (ret == -EINTR && rem)
		*rem = *left;
	return ret;
}

static long nap(struct call *c, const struct registers *r, bool force)
{
	const struct timespec *ts = (void *)ARG(r, 1);
	struct timespec left = { 0 };
	long ret = sys2(SYS_nanosleep, ts, &left);

	ret = rest(ts, (void *)ARG(r, 2), &left, ret, force ? c->self : NULL);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static long clock_nap(struct call *c, const struct registers *r, bool force)
{
	clockid_t clock = (clockid_t)ARG(r, 1);
	const struct timespec *ts = (void *)ARG(r, 3);
	struct timespec left = { 0 }, real;
	uint64_t until;
	long ret;

	if (force && ARG(r, 2) & TIMER_ABSTIME) {
		real = ltime_deadline(c->self, clock, ts, &until);
		ret = sys4(SYS_clock_nanosleep, clock, ARG(r, 2), &real, NULL);
		if (ret == 0)
			ltime_join(c->self, until);
	} else {
		ret = sys4(SYS_clock_nanosleep, clock, ARG(r, 2), ts, &left);
		ret = rest(ts, (void *)ARG(r, 4), &left, ret,
			   force ? c->self : NULL);
	}
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static long number(struct call *c, const struct registers *r, bool force)
{
	long n = sys0(r->nr);

	if (force)
		n = r->nr == SYS_getpid	   ? pids_self()
		    : r->nr == SYS_getppid ? pids_parent()
					   : pids_thread();
	call_end(c, force ? (uint64_t)n : 0, 0);
	return n;
}

/* The operations whose limit is a moment; FUTEX_WAIT's is a length. */
static bool until_moment(int op)
{
	return op == FUTEX_WAIT_BITSET || op == FUTEX_LOCK_PI ||
	       op == FUTEX_LOCK_PI2 || op == FUTEX_WAIT_REQUEUE_PI;
}

static clockid_t futex_clock(int op)
{
	return (op & FUTEX_CMD_MASK) == FUTEX_LOCK_PI ||
			       op & FUTEX_CLOCK_REALTIME
		       ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

static long wait_word(struct call *c, const struct registers *r, bool force,
		      long sixth)
{
	int op = (int)ARG(r, 2);
	const struct timespec *ts = (void *)ARG(r, 4);
	struct timespec real;
	uint64_t logical = 0;
	long ret;

	if (force && until_moment(op & FUTEX_CMD_MASK)) {
		real = ltime_deadline(c->self, futex_clock(op), ts, &logical);
		ret = sys6(SYS_futex, ARG(r, 1), op, ARG(r, 3), &real,
			   ARG(r, 5), sixth);
		ltime_join(c->self, ret == -ETIMEDOUT ? logical : 0);
	} else {
		ret = sys6(SYS_futex, ARG(r, 1), op, ARG(r, 3), ts, ARG(r, 5),
			   sixth);
		if (force && ret == -ETIMEDOUT)
			ltime_advance(c->self, ltime_ns(ts));
	}
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static bool limited(const struct registers *r)
{
	int op = (int)ARG(r, 2) & FUTEX_CMD_MASK;

	return ARG(r, 4) && (op == FUTEX_WAIT || until_moment(op));
}

static bool forks(const struct registers *r)
{
	unsigned long flags = 0;

	if (r->nr == SYS_clone)
		flags = (unsigned long)ARG(r, 1);
	else if (r->nr == SYS_clone3)
		flags = *(const uint64_t *)ARG(r, 1); /* clone_args.flags */
	return !(flags & CLONE_VM);
}

typedef long server(struct call *c, const struct registers *r, bool force);

static struct source *find(long nr, server **serve)
{
	switch (nr) {
	case SYS_getrandom:
		*serve = draw;
		return &src_syscall_getrandom;
	case SYS_time:
		*serve = read_time;
		return &src_syscall_time;
	case SYS_gettimeofday:
		*serve = read_timeofday;
		return &src_syscall_gettimeofday;
	case SYS_clock_gettime:
		*serve = read_clock;
		return &src_syscall_clock_gettime;
	case SYS_nanosleep:
		*serve = nap;
		return &src_syscall_nanosleep;
	case SYS_clock_nanosleep:
		*serve = clock_nap;
		return &src_syscall_clock_nanosleep;
	case SYS_getpid:
		*serve = number;
		return &src_syscall_getpid;
	case SYS_getppid:
		*serve = number;
		return &src_syscall_getppid;
	case SYS_gettid:
		*serve = number;
		return &src_syscall_gettid;
	}
	return NULL;
}

/* A child that starts on a stack of its own cannot come back through here. */
static bool on_this_stack(const struct registers *r)
{
	if (r->nr == SYS_clone)
		return !ARG(r, 2);
	return r->nr == SYS_fork ||
	       !((const struct clone_args *)ARG(r, 1))->stack;
}

/* The child that comes of it finds out at its first call. */
static bool raw_fork(struct registers *r, void *ret, void *frame)
{
	struct thread *self;
	struct call c;
	int pid;

	if (call_begin(&c, &src_syscall_fork, ret, frame) == SB_PASS)
		return false;
	self = process_announce();
	call_end(&c, 1, 0);
	if (!config.pids_virtual || !self || !on_this_stack(r))
		return false;
	pid = sys_result(go_on(r));
	r->nr = pids_born(self->child.slot, pid);
	return true;
}

/* True: served, and the result stands where the number stood. */
bool samebits_before_syscall(struct registers *r, void *ret, void *frame);
bool samebits_before_syscall(struct registers *r, void *ret, void *frame)
{
	struct source *source;
	server *serve;
	struct call c;
	long n;

	if ((r->nr == SYS_fork || r->nr == SYS_clone || r->nr == SYS_clone3) &&
	    forks(r))
		return raw_fork(r, ret, frame);
	if (pidcall(r))
		return true;
	if (r->nr == SYS_futex && limited(r)) {
		/* The seventh argument of syscall() is on the stack, above
		 * the return address. */
		n = wait_word(&c, r, call_begin(&c, &src_syscall_futex, ret,
						frame) == SB_FORCE,
			      ((long *)frame)[2]);
	} else {
		source = find(r->nr, &serve);
		if (!source)
			return false;
		n = serve(&c, r,
			  call_begin(&c, source, ret, frame) == SB_FORCE);
	}
	if (n < 0 && n > -4096) {
		errno = (int)-n;
		n = -1;
	}
	r->nr = n;
	return true;
}
