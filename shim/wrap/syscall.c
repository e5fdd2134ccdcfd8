/* SPDX-License-Identifier: MIT */
/*
 * System calls made through libc's syscall(2): Rust, libstdc++ and many others
 * wait and draw this way. Each belongs to the group of its libc sibling. What
 * stands in no row here goes on untouched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timex.h>

#include "call.h"
#include "device.h"
#include "dir.h"
#include "filetime.h"
#include "ltime.h"
#include "opened.h"
#include "pids.h"
#include "processors.h"
#include "procfs.h"
#include "registers.h"
#include "turn.h"
#include "wrap.h"
#include "written.h"
#include "banned.h"

#define ROW(nr, in, text)                                                      \
	SOURCE_ROW(syscall_##nr, .group = in, .policy = SB_FORCE,              \
		   .doc = text " by syscall(SYS_" #nr ")")

ROW(getrandom, "entropy", "kernel entropy");
ROW(time, "clock", "seconds since 1970");
ROW(gettimeofday, "clock", "microseconds since 1970");
ROW(clock_gettime, "clock", "any clock");
ROW(clock_getres, "clock", "resolution of a clock");
ROW(nanosleep, "clock", "sleep, nanoseconds");
ROW(clock_nanosleep, "clock", "sleep on a clock");
ROW(clock_settime, "clock", "sets a clock");
ROW(settimeofday, "clock", "sets the clock");
ROW(adjtimex, "clock", "the clock's discipline, and the time");
ROW(clock_adjtime, "clock", "a clock's discipline, and the time");
ROW(futex, "clock", "wait for a word in memory, with a limit");
ROW(getpid, "pid", "process number");
ROW(getppid, "pid", "the parent's process number");
ROW(gettid, "pid", "thread number");

SOURCE_ROW(syscall_sched_getaffinity, .group = "cpu", .policy = SB_OBSERVE,
	   .counts = 1,
	   .doc = "usable processors by syscall(SYS_sched_getaffinity)");
SOURCE_ROW(syscall_getcpu, .group = "cpu", .policy = SB_OBSERVE, .counts = 1,
	   .doc = "the processor it runs on by syscall(SYS_getcpu)");

#define NAMES(nr)                                                              \
	SOURCE_ROW(syscall_##nr, .group = "files", .policy = SB_FORCE,         \
		   .names = 1,                                                 \
		   .doc = "names in a directory by syscall(SYS_" #nr ")")

NAMES(getdents64);
NAMES(getdents);

#define FILE_ROW(nr, text)                                                     \
	SOURCE_ROW(syscall_##nr, .group = "files", .policy = SB_FORCE,         \
		   .timed = 1,                                                 \
		   .doc = "times of " text " by syscall(SYS_" #nr ")")

FILE_ROW(stat, "a file");
FILE_ROW(lstat, "a file or link");
FILE_ROW(fstat, "an open file");
FILE_ROW(newfstatat, "a file by its directory");
FILE_ROW(statx, "a file, chosen ones");

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

	if (force && ts && ltime_known((clockid_t)ARG(r, 1)))
		*ts = ltime_show((clockid_t)ARG(r, 1), ltime_read(c->self));
	else
		ret = go_on(r);
	call_end(c, ret || !ts ? 0 : ltime_ns(ts), 0);
	return ret;
}

static long read_tick(struct call *c, const struct registers *r, bool force)
{
	struct timespec *ts = (void *)ARG(r, 2);
	long ret = 0;

	if (!force || !ltime_known((clockid_t)ARG(r, 1)))
		ret = go_on(r);
	else if (ts)
		*ts = (struct timespec){ 0, 1 };
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

static long read_affinity(struct call *c, const struct registers *r, bool force)
{
	void *set = (void *)ARG(r, 3);
	long n = go_on(r); /* bytes of the set */
	struct thread *t = force ? NULL : turn_pinned_one((pid_t)ARG(r, 1));

	if (force && set && (n >= 0 || n == -EINVAL))
		n = processors_set(set, (size_t)ARG(r, 2));
	else if (t && n > 0)
		n = turn_processors(t, set, (size_t)n);
	call_end(c, n < 0 ? 0 : digest_bytes(set, (size_t)n), 0);
	return n;
}

/* No source; under --threads N and in turns it is ours to serve. */
static bool pin(struct registers *r)
{
	bool forced = src_syscall_sched_getaffinity.now == SB_FORCE;
	const void *set = (const void *)ARG(r, 3);
	size_t size = (size_t)ARG(r, 2);
	struct thread *t;

	if (r->nr != SYS_sched_setaffinity)
		return false;
	t = forced ? NULL : turn_pinned_one((pid_t)ARG(r, 1));
	if (!forced && !t)
		return false;
	r->nr = sys_result(forced ? processors_pin(ARG(r, 1), set, size)
				  : turn_processors_set(t, set, size));
	return true;
}

static long read_cpu(struct call *c, const struct registers *r, bool force)
{
	unsigned *cpu = (void *)ARG(r, 1), *node = (void *)ARG(r, 2);
	long ret = go_on(r);

	if (force && ret == 0 && cpu)
		*cpu = processors_mine(c->self);
	if (force && ret == 0 && node)
		*node = 0;
	call_end(c, ret == 0 && cpu ? *cpu : 0, 0);
	return ret;
}

static long rest(const struct timespec *wanted, struct timespec *rem,
		 const struct timespec *left, long ret, struct thread *self)
{
	if (self && ret == 0)
		ltime_advance(self, ltime_ns(wanted));
	else if (self && ret == -EINTR)
		ltime_interrupted(self, ltime_ns(wanted), ltime_ns(left));
	if (ret == -EINTR && rem)
		*rem = *left;
	return ret;
}

static long nap(struct call *c, const struct registers *r, bool force)
{
	const struct timespec *ts = (void *)ARG(r, 1);
	struct timespec left = { 0 };
	long ret = turn_nap(ts, (void *)ARG(r, 2));

	if (ret != NOT_OURS) {
		call_end(c, (uint64_t)ret, 0);
		return -ret;
	}
	ret = sys2(SYS_nanosleep, ts, &left);
	ret = rest(ts, (void *)ARG(r, 2), &left, ret, force ? c->self : NULL);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static long clock_nap(struct call *c, const struct registers *r, bool force)
{
	clockid_t clock = (clockid_t)ARG(r, 1);
	const struct timespec *ts = (void *)ARG(r, 3);
	struct timespec left = { 0 };
	struct moment m;
	long ret = turn_clock_nap(force, clock, (int)ARG(r, 2), ts,
				  (void *)ARG(r, 4));

	if (ret != NOT_OURS) {
		call_end(c, (uint64_t)ret, 0);
		return -ret;
	}
	if (ARG(r, 2) & TIMER_ABSTIME) {
		ret = sys4(SYS_clock_nanosleep, clock, ARG(r, 2),
			   moment_take(&m, c->self, force, clock, ts), NULL);
		moment_passed(&m, c->self, ret == 0);
	} else {
		ret = sys4(SYS_clock_nanosleep, clock, ARG(r, 2), ts, &left);
		ret = rest(ts, (void *)ARG(r, 4), &left, ret,
			   force ? c->self : NULL);
	}
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static long list_names(struct call *c, const struct registers *r, bool force)
{
	bool old = r->nr == SYS_getdents;
	char *buf = (char *)ARG(r, 2);
	long n;

	if (force)
		n = dir_getdents((int)ARG(r, 1), buf, (size_t)ARG(r, 3), old);
	else
		n = go_on(r);
	call_end(c, dir_digest(buf, n, old), 0);
	return n;
}

/* Nothing is set: it would be the machine's clock, to a logical date. The answer
 * is the kernel's, which looks at the privilege alone where there is no time.
 * t: a timespec or a timeval, by how many of its parts make a second. */
static long pretend(const struct timespec *t, long second)
{
	if (t && (t->tv_sec < 0 || t->tv_nsec < 0 || t->tv_nsec >= second))
		return -EINVAL;
	return sys2(SYS_settimeofday, NULL, NULL);
}

static long set_clock(struct call *c, const struct registers *r, bool force)
{
	long ret;

	if (!force)
		ret = go_on(r);
	else if (r->nr == SYS_settimeofday)
		ret = pretend((void *)ARG(r, 1), 1000000);
	else if (ARG(r, 1) == CLOCK_REALTIME)
		ret = pretend((void *)ARG(r, 2), (long)LTIME_SECOND);
	else
		ret = -EINVAL;
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

/* Sets it little by little, or asks: an exact clock answers. */
static long tune_clock(struct call *c, const struct registers *r, bool force)
{
	bool any = r->nr == SYS_clock_adjtime;
	struct timex *tx = (void *)ARG(r, any ? 2 : 1);
	struct timespec now;
	long ret;

	if (!force || !tx) {
		ret = go_on(r);
	} else {
		ret = tx->modes ? pretend(NULL, 0) : 0;
		now = ltime_show(any ? (clockid_t)ARG(r, 1) : CLOCK_REALTIME,
				 ltime_read(c->self));
		*tx = (struct timex){
			.tick = 10000,
			.time = { now.tv_sec, now.tv_nsec / 1000 },
		};
	}
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static long stat_at(struct call *c, const struct registers *r, bool force,
		    struct stat *st, bool named)
{
	long ret = go_on(r);
	uint64_t value = 0;

	if (ret == 0)
		value = force ? filetime_stat(c->self, st, named)
			      : ltime_ns(&st->st_mtim);
	call_end(c, value, 0);
	return ret;
}

static long stat_name(struct call *c, const struct registers *r, bool force)
{
	return stat_at(c, r, force, (void *)ARG(r, 2), true);
}

static long stat_open(struct call *c, const struct registers *r, bool force)
{
	return stat_at(c, r, force, (void *)ARG(r, 2), false);
}

static long stat_dir(struct call *c, const struct registers *r, bool force)
{
	return stat_at(c, r, force, (void *)ARG(r, 3),
		       !(ARG(r, 4) & AT_EMPTY_PATH));
}

static long stat_chosen(struct call *c, const struct registers *r, bool force)
{
	struct statx *st = (void *)ARG(r, 5);
	uint64_t value = 0;
	long ret = sys_call(SYS_statx, ARG(r, 1), ARG(r, 2), ARG(r, 3),
			    ARG(r, 4) | (force ? FILETIME_NEEDS : 0),
			    ARG(r, 5), 0);

	if (ret == 0)
		value = force ? filetime_statx(c->self, st,
					       !(ARG(r, 3) & AT_EMPTY_PATH))
			      : (uint64_t)st->stx_mtime.tv_sec * LTIME_SECOND +
					st->stx_mtime.tv_nsec;
	call_end(c, value, 0);
	return ret;
}

/* Sets times, as utimensat() does; no source. */
static bool set_times(struct registers *r)
{
	struct setting s = { (int)ARG(r, 1), (void *)ARG(r, 2), (int)ARG(r, 4),
			     (void *)ARG(r, 3), 0 };
	struct thread *self = filetime_self();

	if (!self)
		return false;
	filetime_before(self, &s);
	r->nr = sys_result(go_on(r));
	if (r->nr == 0)
		filetime_after(self, &s);
	return true;
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
	bool moment = until_moment(op & FUTEX_CMD_MASK);
	const struct timespec *ts = (void *)ARG(r, 4);
	struct moment m;
	long ret;

	ret = sys6(SYS_futex, ARG(r, 1), op, ARG(r, 3),
		   moment_take(&m, c->self, force && moment, futex_clock(op),
			       ts),
		   ARG(r, 5), sixth);
	moment_passed(&m, c->self, ret == -ETIMEDOUT);
	if (force && !moment && ret == -ETIMEDOUT)
		ltime_advance(c->self, ltime_ns(ts));
	else if (force && !moment)
		ltime_woken(c->self);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

static bool limited(const struct registers *r)
{
	int op = (int)ARG(r, 2) & FUTEX_CMD_MASK;

	return ARG(r, 4) && (op == FUTEX_WAIT || until_moment(op));
}

/* Those that the kernel alone can serve. */
static bool waits_outside(const struct registers *r)
{
	int op = (int)ARG(r, 2) & FUTEX_CMD_MASK;

	return op == FUTEX_WAIT || until_moment(op);
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
	case SYS_clock_getres:
		*serve = read_tick;
		return &src_syscall_clock_getres;
	case SYS_nanosleep:
		*serve = nap;
		return &src_syscall_nanosleep;
	case SYS_clock_nanosleep:
		*serve = clock_nap;
		return &src_syscall_clock_nanosleep;
	case SYS_clock_settime:
		*serve = set_clock;
		return &src_syscall_clock_settime;
	case SYS_settimeofday:
		*serve = set_clock;
		return &src_syscall_settimeofday;
	case SYS_adjtimex:
		*serve = tune_clock;
		return &src_syscall_adjtimex;
	case SYS_clock_adjtime:
		*serve = tune_clock;
		return &src_syscall_clock_adjtime;
	case SYS_sched_getaffinity:
		*serve = read_affinity;
		return &src_syscall_sched_getaffinity;
	case SYS_getcpu:
		*serve = read_cpu;
		return &src_syscall_getcpu;
	case SYS_getdents64:
		*serve = list_names;
		return &src_syscall_getdents64;
	case SYS_getdents:
		*serve = list_names;
		return &src_syscall_getdents;
	case SYS_stat:
		*serve = stat_name;
		return &src_syscall_stat;
	case SYS_lstat:
		*serve = stat_name;
		return &src_syscall_lstat;
	case SYS_fstat:
		*serve = stat_open;
		return &src_syscall_fstat;
	case SYS_newfstatat:
		*serve = stat_dir;
		return &src_syscall_newfstatat;
	case SYS_statx:
		*serve = stat_chosen;
		return &src_syscall_statx;
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

static bool opens(const struct registers *r)
{
	return r->nr == SYS_open || r->nr == SYS_openat || r->nr == SYS_openat2;
}

static long open_file(struct registers *r, const struct caller *by)
{
	long *name = r->nr == SYS_open ? &ARG(r, 1) : &ARG(r, 2);
	const char *path = (void *)*name;
	char real[PROCFS_PATH];
	long fd, flags;

	*name = (long)procfs_path(path, real);
	fd = go_on(r);
	if (fd < 0)
		return fd;
	flags = r->nr == SYS_open ? ARG(r, 2) : ARG(r, 3);
	if (r->nr == SYS_openat2)
		flags = (long)((const struct open_how *)flags)->flags;
	fd = procfs_opened((int)fd, path, (int)flags);
	file_opened((int)fd, path, (int)flags, by->ret, by->frame);
	return fd;
}

static bool reads(const struct registers *r)
{
	return r->nr == SYS_read || r->nr == SYS_pread64 || r->nr == SYS_readv;
}

static bool writes(const struct registers *r)
{
	return r->nr == SYS_write || r->nr == SYS_pwrite64 ||
	       r->nr == SYS_writev || r->nr == SYS_pwritev;
}

/* wrap/write.c has the same by name. False: not to where it makes an event. */
static bool write_file(const struct registers *r, const struct caller *by,
		       long *result)
{
	enum output to = output_of((int)ARG(r, 1));
	struct iovec one = { (void *)ARG(r, 2), (size_t)ARG(r, 3) };
	bool many = r->nr == SYS_writev || r->nr == SYS_pwritev;
	size_t n;

	if (to <= OUTPUT_NONE)
		return false;
	*result = go_on(r);
	n = *result > 0 ? (size_t)*result : 0;
	written(to, by->ret, by->frame,
		digest_parts(many ? (void *)ARG(r, 2) : &one,
			     many ? (int)ARG(r, 3) : 1, n), n);
	return true;
}

/* These end what was known of a descriptor, or make it doubtful. */
static void forget(const struct registers *r)
{
	process.lent |= r->nr == SYS_vfork || r->nr == SYS_clone ||
			r->nr == SYS_clone3;
	if (r->nr == SYS_close)
		output_forget((int)ARG(r, 1));
	else if (r->nr == SYS_dup2 || r->nr == SYS_dup3)
		output_forget((int)ARG(r, 2));
	else if (r->nr == SYS_close_range)
		output_forget_all();
}

/* From the device that this row is of; wrap/read.c has the same by name. */
static long read_device(const struct registers *r, struct source *row,
			const struct caller *by)
{
	struct iovec one = { (void *)ARG(r, 2), (size_t)ARG(r, 3) };
	bool many = r->nr == SYS_readv;
	const struct iovec *part = many ? (void *)ARG(r, 2) : &one;
	int parts = many ? (int)ARG(r, 3) : 1;
	struct call c;
	long n;

	if (call_begin(&c, row, by->ret, by->frame) == SB_FORCE &&
	    parts >= 0 && parts <= IOV_MAX) {
		n = sys3(SYS_read, ARG(r, 1), NULL, 0);
		n = n < 0 ? n : device_draw(c.self, part, parts);
	} else {
		n = go_on(r);
	}
	device_drawn(&c, part, parts, n);
	return n;
}

/* What it does to a file may make it a source. False: nothing was done. */
static bool serve_file(struct registers *r, const struct caller *by,
		       long *result)
{
	struct source *row;

	if (opens(r)) {
		*result = open_file(r, by);
		return true;
	}
	if (writes(r))
		return write_file(r, by, result);
	row = device_seen && reads(r) ? device_row((int)ARG(r, 1)) : NULL;
	if (row)
		*result = read_device(r, row, by);
	return row;
}

static bool serve_futex(struct registers *r, const struct caller *by,
			long *result)
{
	bool counts = limited(r), force = false;
	struct call c;

	if (counts)
		force = call_begin(&c, &src_syscall_futex, by->ret,
				   by->frame) == SB_FORCE;
	if (!futex_in_turn(r, (uint32_t)by->sixth, force, result))
		return false;
	if (counts)
		call_end(&c, (uint64_t)*result, 0);
	return true;
}

/* The same for what is a source by its number. */
static bool serve_number(struct registers *r, const struct caller *by,
			 long *result)
{
	struct source *source;
	server *serve;
	struct call c;
	bool force;

	if (turn_on && r->nr == SYS_futex && serve_futex(r, by, result))
		return true;
	if (turn_on && r->nr == SYS_futex && waits_outside(r)) {
		while (!turn_leave("a futex"))
			;
		force = call_begin(&c, &src_syscall_futex, by->ret,
				   by->frame) == SB_FORCE;
		*result = limited(r) ? wait_word(&c, r, force, by->sixth)
				     : sys6(SYS_futex, ARG(r, 1), ARG(r, 2),
					    ARG(r, 3), ARG(r, 4), ARG(r, 5),
					    by->sixth);
		turn_return();
		return true;
	}
	if (r->nr == SYS_futex && limited(r)) {
		force = call_begin(&c, &src_syscall_futex, by->ret,
				   by->frame) == SB_FORCE;
		*result = wait_word(&c, r, force, by->sixth);
		return true;
	}
	source = find(r->nr, &serve);
	if (source) {
		force = call_begin(&c, source, by->ret, by->frame) == SB_FORCE;
		*result = serve(&c, r, force);
	}
	return source;
}

static bool renames(long nr)
{
	return nr == SYS_rename || nr == SYS_renameat || nr == SYS_renameat2 ||
	       nr == SYS_link || nr == SYS_linkat;
}

/* wrap/rename.c has the same by name. */
static bool rename_file(struct registers *r)
{
	bool plain = r->nr == SYS_rename || r->nr == SYS_link;
	int from = plain ? AT_FDCWD : (int)ARG(r, 1);
	int to = plain ? AT_FDCWD : (int)ARG(r, 3);

	r->nr = sys_result(go_on(r));
	if (r->nr == 0)
		opened_renamed(from, (void *)(plain ? ARG(r, 1) : ARG(r, 2)),
			       to, (void *)(plain ? ARG(r, 2) : ARG(r, 4)));
	return true;
}

bool syscall_serve(struct registers *r, const struct caller *by)
{
	wait_server *wait;
	long n;

	if ((r->nr == SYS_fork || r->nr == SYS_clone || r->nr == SYS_clone3) &&
	    forks(r))
		return raw_fork(r, by->ret, by->frame);
	forget(r);
	if (pidcall(r) || pin(r))
		return true;
	if (turn_on && r->nr == SYS_sched_yield) {
		r->nr = sched_yield();
		return true;
	}
	if (r->nr == SYS_utimensat)
		return set_times(r);
	if (renames(r->nr))
		return rename_file(r);
	wait = wait_call(r->nr);
	if (wait)
		n = wait(r, by);
	else if (r->nr == SYS_execve || r->nr == SYS_execveat)
		n = exec_call(r, by);
	else if (!serve_number(r, by, &n) && !serve_file(r, by, &n))
		return false;
	if (n < 0 && n > -4096) {
		errno = (int)-n;
		n = -1;
	}
	r->nr = n;
	return true;
}

bool syscall_served(long nr)
{
	const struct registers r = { .nr = nr };
	server *serve;

	switch (nr) {
	case SYS_fork:
	case SYS_vfork:
	case SYS_clone:
	case SYS_clone3:
	case SYS_execve:
	case SYS_execveat:
	case SYS_close:
	case SYS_dup2:
	case SYS_dup3:
	case SYS_close_range:
	case SYS_sched_setaffinity:
	case SYS_utimensat:
	case SYS_futex:
		return true;
	case SYS_sched_yield:
		return config.turns;
	}
	return renames(nr) || wait_call(nr) || find(nr, &serve) ||
	       pidcall_served(nr) || opens(&r) || reads(&r) || writes(&r);
}

/* From jump.S. The sixth argument is syscall()'s seventh, which lies on the
 * stack, above the return address. */
bool samebits_before_syscall(struct registers *r, void *ret, void *frame);
bool samebits_before_syscall(struct registers *r, void *ret, void *frame)
{
	const struct caller by = { ret, frame, ((long *)frame)[2] };

	return syscall_serve(r, &by);
}
