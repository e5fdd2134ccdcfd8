/* SPDX-License-Identifier: MIT */
/*
 * Waits with a limit. A limit that is a length is the kernel's to keep; passed
 * in vain it advances the logical clock. A limit that is a moment was computed
 * from our clock and is translated.
 */
#include <aio.h>
#include <errno.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <threads.h>
#include <time.h>

#include "call.h"
#include "heard.h"
#include "locks.h"
#include "ltime.h"
#include "pids.h"
#include "real.h"
#include "registers.h"
#include "syncorder.h"
#include "trapsignal.h"
#include "turnfd.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "clock", .policy = SB_FORCE, .doc = text)

ROW(poll, "wait for descriptors");
ROW(ppoll, "wait for descriptors");
ROW(select, "wait for descriptors");
ROW(pselect, "wait for descriptors");
ROW(epoll_wait, "wait for descriptors");
ROW(epoll_pwait, "wait for descriptors");
ROW(epoll_pwait2, "wait for descriptors");
ROW(sigtimedwait, "wait for a signal");
ROW(sem_timedwait, "wait for a semaphore");
ROW(sem_clockwait, "wait for a semaphore");
SOURCE(pthread_cond_timedwait, .group = "clock", .policy = SB_FORCE,
       .version = "GLIBC_2.3.2", .doc = "wait for a condition");
ROW(pthread_cond_clockwait, "wait for a condition");
ROW(pthread_mutex_timedlock, "wait for a mutex");
ROW(pthread_mutex_clocklock, "wait for a mutex");
ROW(pthread_rwlock_timedrdlock, "wait for a lock");
ROW(pthread_rwlock_timedwrlock, "wait for a lock");
ROW(pthread_rwlock_clockrdlock, "wait for a lock");
ROW(pthread_rwlock_clockwrlock, "wait for a lock");
ROW(cnd_timedwait, "wait for a condition (C11)");
ROW(mtx_timedlock, "wait for a mutex (C11)");
ROW(thrd_sleep, "sleep (C11)");
ROW(mq_timedreceive, "wait for a message");
ROW(mq_timedsend, "wait for room for a message");
ROW(semtimedop, "wait for a System V semaphore");
ROW(aio_suspend, "wait for asynchronous input and output");

/* A relative limit of ns passed in vain when `vain`. */
static void relative(struct call *c, bool force, bool vain, uint64_t ns)
{
	if (force && vain)
		ltime_advance(c->self, ns);
	else if (force)
		ltime_woken(c->self);
}

/* The program's, without the signals of traps. */
#define MASK(mask)                                                             \
	(config.traps ? trapsignal_allow(mask, &(sigset_t){ 0 }) : (mask))

static uint64_t limit_ms(int ms)
{
	return ms < 0 ? SEAT_EVER : (uint64_t)ms * 1000000;
}

/* The sets as a list: what is ready, select() itself says. */
static bool select_in_turn(int n, const fd_set *r, const fd_set *w,
			   const fd_set *e, uint64_t ns,
			   const sigset_t *mask, bool *late)
{
	struct pollfd fds[FD_SETSIZE];
	unsigned k = 0;

	for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++) {
		short events = (short)((r && FD_ISSET(fd, r) ? POLLIN : 0) |
				       (w && FD_ISSET(fd, w) ? POLLOUT : 0) |
				       (e && FD_ISSET(fd, e) ? POLLPRI : 0));

		if (events)
			fds[k++] = (struct pollfd){ fd, events, 0 };
	}
	return turnfd_poll(fds, k, ns, mask, late);
}

static bool epoll_in_turn(int fd, uint64_t ns, const sigset_t *mask,
			  bool *late)
{
	struct pollfd p = { fd, POLLIN, 0 };

	turnfd_look(fd);
	return turnfd_poll(&p, 1, ns, mask, late);
}

static int do_poll(struct call *c, bool force, struct pollfd *fds, nfds_t n,
		   int ms)
{
	bool late = false;
	int ret = -1;

	if (!(heard_on && heard_ready(&ret, fds, n * sizeof(*fds)))) {
		if (!turn_on ||
		    turnfd_poll(fds, (unsigned)n, limit_ms(ms), NULL, &late))
			ret = real_poll(fds, n, late ? 0 : ms);
		turn_return();
		if (heard_on)
			heard_ready_end(ret, fds, n * sizeof(*fds));
	}
	if (late)
		force = false; /* the clock shows it already */
	relative(c, force, ret == 0 && ms > 0, (uint64_t)ms * 1000000);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct call c;
	bool force = CALL(&c, poll) == SB_FORCE;

	return do_poll(&c, force, fds, n, ms);
}

static int do_ppoll(struct call *c, bool force, struct pollfd *fds, nfds_t n,
		    const struct timespec *ts, const sigset_t *mask)
{
	uint64_t ns = ts ? ltime_ns(ts) : 0;
	static const struct timespec now;
	bool late = false;
	int ret = -1;

	if (!(heard_on && heard_ready(&ret, fds, n * sizeof(*fds)))) {
		if (!turn_on || turnfd_poll(fds, (unsigned)n,
					    ts ? ns : SEAT_EVER, mask, &late))
			ret = real_ppoll(fds, n, late ? &now : ts, MASK(mask));
		turn_return();
		if (heard_on)
			heard_ready_end(ret, fds, n * sizeof(*fds));
	}
	if (late)
		force = false;
	relative(c, force, ret == 0, ns);
	call_end(c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		 const sigset_t *mask)
{
	struct call c;
	bool force = CALL(&c, ppoll) == SB_FORCE;

	return do_ppoll(&c, force, fds, n, ts, mask);
}

/* The names under which programs built with _FORTIFY_SOURCE call them: `room`
 * is the size of fds in bytes. */
int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t room);
EXPORT int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t room)
{
	struct call c;
	bool force = CALL(&c, poll) == SB_FORCE;

	if (room / sizeof(*fds) < n)
		__builtin_trap();
	return do_poll(&c, force, fds, n, ms);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		const sigset_t *mask, size_t room);
EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		       const sigset_t *mask, size_t room)
{
	struct call c;
	bool force = CALL(&c, ppoll) == SB_FORCE;

	if (room / sizeof(*fds) < n)
		__builtin_trap();
	return do_ppoll(&c, force, fds, n, ts, mask);
}

/* The three sets, those that there are, one after the other. */
static size_t sets_of(char sets[3 * sizeof(fd_set)], const fd_set *const set[3])
{
	size_t used = 0;

	for (int i = 0; i < 3; i++) {
		if (!set[i])
			continue;
		memcpy(sets + used, set[i], sizeof(fd_set));
		used += sizeof(fd_set);
	}
	return used;
}

static bool select_heard(int *ret, fd_set *r, fd_set *w, fd_set *e)
{
	fd_set *const set[3] = { r, w, e };
	char sets[3 * sizeof(fd_set)];
	size_t used = sets_of(sets, (const fd_set *const *)set), at = 0;

	if (!heard_ready(ret, sets, used))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!set[i])
			continue;
		memcpy(set[i], sets + at, sizeof(fd_set));
		at += sizeof(fd_set);
	}
	return true;
}

static void select_heard_end(int ret, const fd_set *r, const fd_set *w,
			     const fd_set *e)
{
	char sets[3 * sizeof(fd_set)];

	heard_ready_end(ret, sets,
			sets_of(sets, (const fd_set *const[3]){ r, w, e }));
}

EXPORT int select(int n, fd_set *restrict r, fd_set *restrict w,
		  fd_set *restrict e, struct timeval *restrict tv)
{
	struct call c;
	bool force = CALL(&c, select) == SB_FORCE;
	uint64_t ns = tv ? (uint64_t)tv->tv_sec * LTIME_SECOND +
				   (uint64_t)tv->tv_usec * 1000
			 : 0;
	struct timeval now = { 0 };
	bool late = false;
	int ret = -1;

	if (!(heard_on && select_heard(&ret, r, w, e))) {
		if (!turn_on || select_in_turn(n, r, w, e, tv ? ns : SEAT_EVER,
					       NULL, &late))
			ret = real_select(n, r, w, e, late ? &now : tv);
		turn_return();
		if (heard_on)
			select_heard_end(ret, r, w, e);
	}
	if (late)
		force = false;
	relative(&c, force, ret == 0, ns);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int pselect(int n, fd_set *restrict r, fd_set *restrict w,
		   fd_set *restrict e, const struct timespec *restrict ts,
		   const sigset_t *restrict mask)
{
	struct call c;
	bool force = CALL(&c, pselect) == SB_FORCE;
	static const struct timespec now;
	bool late = false;
	int ret = -1;

	if (!(heard_on && select_heard(&ret, r, w, e))) {
		if (!turn_on || select_in_turn(n, r, w, e,
					       ts ? ltime_ns(ts) : SEAT_EVER,
					       mask, &late))
			ret = real_pselect(n, r, w, e, late ? &now : ts,
					   MASK(mask));
		turn_return();
		if (heard_on)
			select_heard_end(ret, r, w, e);
	}
	if (late)
		force = false;
	relative(&c, force, ret == 0, ts ? ltime_ns(ts) : 0);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

static bool epoll_heard(int *ret, struct epoll_event *events, int n)
{
	return n > 0 && heard_ready(ret, events, (size_t)n * sizeof(*events));
}

static void epoll_heard_end(int ret, const struct epoll_event *events)
{
	heard_ready_end(ret, events,
			ret > 0 ? (size_t)ret * sizeof(*events) : 0);
}

EXPORT int epoll_wait(int fd, struct epoll_event *events, int n, int ms)
{
	struct call c;
	bool force = CALL(&c, epoll_wait) == SB_FORCE;
	bool late = false;
	int ret = -1;

	if (!(heard_on && epoll_heard(&ret, events, n))) {
		if (!turn_on || epoll_in_turn(fd, limit_ms(ms), NULL, &late))
			ret = real_epoll_wait(fd, events, n, late ? 0 : ms);
		turn_return();
		if (heard_on)
			epoll_heard_end(ret, events);
	}
	if (late)
		force = false;
	relative(&c, force, ret == 0 && ms > 0, (uint64_t)ms * 1000000);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int epoll_pwait(int fd, struct epoll_event *events, int n, int ms,
		       const sigset_t *mask)
{
	struct call c;
	bool force = CALL(&c, epoll_pwait) == SB_FORCE;
	bool late = false;
	int ret = -1;

	if (!(heard_on && epoll_heard(&ret, events, n))) {
		if (!turn_on || epoll_in_turn(fd, limit_ms(ms), mask, &late))
			ret = real_epoll_pwait(fd, events, n, late ? 0 : ms,
					       MASK(mask));
		turn_return();
		if (heard_on)
			epoll_heard_end(ret, events);
	}
	if (late)
		force = false;
	relative(&c, force, ret == 0 && ms > 0, (uint64_t)ms * 1000000);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int epoll_pwait2(int fd, struct epoll_event *events, int n,
			const struct timespec *ts, const sigset_t *mask)
{
	struct call c;
	bool force = CALL(&c, epoll_pwait2) == SB_FORCE;
	static const struct timespec now;
	bool late = false;
	int ret = -1;

	if (!(heard_on && epoll_heard(&ret, events, n))) {
		if (!turn_on ||
		    epoll_in_turn(fd, ts ? ltime_ns(ts) : SEAT_EVER, mask, &late))
			ret = real_epoll_pwait2(fd, events, n, late ? &now : ts,
						MASK(mask));
		turn_return();
		if (heard_on)
			epoll_heard_end(ret, events);
	}
	if (late)
		force = false;
	relative(&c, force, ret == 0, ts ? ltime_ns(ts) : 0);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

/*
 * The same calls made without libc. The kernel's sets of signals are a word; a
 * limit that it writes back is the program's own, or one of ours that is over.
 */
enum limit_kind { LIMIT_MS, LIMIT_TIMESPEC, LIMIT_TIMEVAL };

static const struct wait_row {
	long nr;
	struct source *source;
	unsigned limit; /* which argument */
	enum limit_kind kind;
} wait_rows[] = {
	{ SYS_poll, &src_poll, 3, LIMIT_MS },
	{ SYS_ppoll, &src_ppoll, 3, LIMIT_TIMESPEC },
	{ SYS_select, &src_select, 5, LIMIT_TIMEVAL },
	{ SYS_pselect6, &src_pselect, 5, LIMIT_TIMESPEC },
	{ SYS_epoll_wait, &src_epoll_wait, 4, LIMIT_MS },
	{ SYS_epoll_pwait, &src_epoll_pwait, 4, LIMIT_MS },
	{ SYS_epoll_pwait2, &src_epoll_pwait2, 4, LIMIT_TIMESPEC },
};

static const struct wait_row *wait_row(long nr)
{
	for (size_t i = 0; i < sizeof(wait_rows) / sizeof(*wait_rows); i++)
		if (wait_rows[i].nr == nr)
			return &wait_rows[i];
	return NULL;
}

/* SEAT_EVER: there is none. */
static uint64_t limit_of(const struct registers *r, const struct wait_row *row)
{
	const void *at = (const void *)ARG(r, row->limit);
	const struct timeval *tv = at;

	if (row->kind == LIMIT_MS)
		return limit_ms((int)ARG(r, row->limit));
	if (!at)
		return SEAT_EVER;
	if (row->kind == LIMIT_TIMESPEC)
		return ltime_ns(at);
	return (uint64_t)tv->tv_sec * LTIME_SECOND +
	       (uint64_t)tv->tv_usec * 1000;
}

static const void *kernel_mask(const struct registers *r,
			       const struct caller *by)
{
	const uintptr_t *pair = (const uintptr_t *)by->sixth;

	switch (r->nr) {
	case SYS_ppoll:
		return (const void *)ARG(r, 4);
	case SYS_pselect6:
		return pair ? (const void *)pair[0] : NULL;
	case SYS_epoll_pwait:
	case SYS_epoll_pwait2:
		return (const void *)ARG(r, 5);
	}
	return NULL;
}

static bool raw_in_turn(const struct registers *r, const struct caller *by,
			uint64_t ns, bool *late)
{
	const void *word = kernel_mask(r, by);
	sigset_t mask;

	sigemptyset(&mask);
	if (word)
		memcpy(&mask, word, 8);
	if (r->nr == SYS_poll || r->nr == SYS_ppoll)
		return turnfd_poll((void *)ARG(r, 1), (unsigned)ARG(r, 2), ns,
				   word ? &mask : NULL, late);
	if (r->nr == SYS_select || r->nr == SYS_pselect6)
		return select_in_turn((int)ARG(r, 1), (void *)ARG(r, 2),
				      (void *)ARG(r, 3), (void *)ARG(r, 4), ns,
				      word ? &mask : NULL, late);
	return epoll_in_turn((int)ARG(r, 1), ns, word ? &mask : NULL, late);
}

static long raw_wait(struct registers *r, const struct caller *by)
{
	const struct wait_row *row = wait_row(r->nr);
	bool force, late = false;
	uint64_t ns = limit_of(r, row), over[2] = { 0 };
	long ret = -EINTR;
	struct call c;

	force = call_begin(&c, row->source, by->ret, by->frame) == SB_FORCE;
	if (!turn_on || raw_in_turn(r, by, ns, &late)) {
		if (late)
			ARG(r, row->limit) = row->kind == LIMIT_MS
						     ? 0 : (long)over;
		ret = sys_call(r->nr, ARG(r, 1), ARG(r, 2), ARG(r, 3),
			       ARG(r, 4), ARG(r, 5), by->sixth);
	}
	turn_return();
	relative(&c, force && !late,
		 ret == 0 && ns != SEAT_EVER && ns != 0, ns);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

wait_server *wait_call(long nr)
{
	return wait_row(nr) ? raw_wait : NULL;
}

EXPORT int sigtimedwait(const sigset_t *restrict set,
			siginfo_t *restrict info,
			const struct timespec *restrict ts)
{
	struct call c;
	bool force = CALL(&c, sigtimedwait) == SB_FORCE;
	int ret = (ts && !ltime_ns(ts)) || turn_leave_signal()
			  ? real_sigtimedwait(set, info, ts) : -1;

	turn_return();
	if (ret > 0 && info)
		pids_info_out(info);
	relative(&c, force, ret < 0 && errno == EAGAIN && ts,
		 ts ? ltime_ns(ts) : 0);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int thrd_sleep(const struct timespec *ts, struct timespec *rem)
{
	struct call c;
	bool force = CALL(&c, thrd_sleep) == SB_FORCE;
	int ret = turn_nap(ts, rem);

	if (ret != NOT_OURS) {
		call_end(&c, ltime_ns(ts), 0);
		return ret == EINTR ? -1 : ret ? -2 : 0;
	}
	ret = real_thrd_sleep(ts, rem);
	relative(&c, force, ret == 0, ltime_ns(ts));
	call_end(&c, ltime_ns(ts), 0);
	return ret;
}

/* For a recording: what became of a call that was libc's. */
enum wait_kind { SYNC_LOCK, SYNC_CONDITION, SYNC_SEMAPHORE };

static void order_end(struct sync *s, enum wait_kind kind, int ret)
{
	if (kind == SYNC_SEMAPHORE)
		sync_end(s, ret == 0, ret ? errno : 0);
	else if (kind == SYNC_CONDITION)
		sync_end(s, ret != EPERM, ret);
	else
		sync_end(s, ret == 0 || ret == EOWNERDEAD, ret);
}

static int order_sem(struct sync *s, sem_t *sem, const void *ra)
{
	int ret = sync_sem(s, sem, ra);

	if (ret == NOT_OURS || !ret)
		return ret;
	errno = ret;
	return -1;
}

/* Longer, where CPython's lock is waited for (syncorder.h). */
static const struct timespec *longer(struct timespec *t,
				     const struct timespec *until,
				     const void *ra)
{
	if (!until || !sync_patient(ra))
		return until;
	*t = *until;
	t->tv_sec += SYNC_PATIENCE;
	return t;
}
#define PATIENT(until, ra) longer(&(struct timespec){ 0 }, until, ra)

/* up: is time up, by what the function returns or leaves in errno. inturn: how
 * it is served under --schedule=turns; order: in a replay. */
#define TIMED_BODY(fn, clock, limit, up, inturn, sync_kind, order, ...)        \
	struct call c;                                                         \
	struct moment m;                                                       \
	struct sync s = { 0 };                                                 \
	bool force = CALL(&c, fn) == SB_FORCE;                                 \
	const struct deadline d = { limit, clock, force };                     \
	int ret = turn_on && d.at ? inturn : NOT_OURS;                         \
	const struct timespec *until;                                          \
                                                                               \
	if (ret == NOT_OURS) {                                                 \
		until = moment_take(&m, c.self, force, clock, limit);          \
		if (sync_on)                                                   \
			ret = order;                                           \
		turn_leave_shared(#fn);                                        \
		if (ret == NOT_OURS) {                                         \
			ret = real_##fn(__VA_ARGS__);                          \
			order_end(&s, sync_kind, ret);                         \
		}                                                              \
		moment_passed(&m, c.self, up);                                 \
		turn_return();                                                 \
	}                                                                      \
	call_end(&c, (uint64_t)ret, 0);                                        \
	return ret

EXPORT int sem_timedwait(sem_t *restrict sem,
			 const struct timespec *restrict ts)
{
	TIMED_BODY(sem_timedwait, CLOCK_REALTIME, ts,
		   ret && errno == ETIMEDOUT,
		   lock_sem(sem, &d),
		   SYNC_SEMAPHORE, order_sem(&s, sem, CALLED_FROM),
		   sem, until);
}

EXPORT int sem_clockwait(sem_t *restrict sem, clockid_t clock,
			 const struct timespec *restrict ts)
{
	TIMED_BODY(sem_clockwait, clock, ts, ret && errno == ETIMEDOUT,
		   lock_sem(sem, &d),
		   SYNC_SEMAPHORE, order_sem(&s, sem, CALLED_FROM),
		   sem,
		   clock, until);
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict cond,
				  pthread_mutex_t *restrict mutex,
				  const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_cond_timedwait, lock_cond_clock(cond), ts,
		   ret == ETIMEDOUT,
		   lock_cond(cond, mutex, &d),
		   SYNC_CONDITION, sync_cond(&s, mutex, CALLED_FROM),
		   cond, mutex, PATIENT(until, CALLED_FROM));
}

/* Before glibc 2.3.2 a pthread_cond_t was another object, always on the real
 * time clock: the one name that must not be served alike in both versions. */
EXPORT int cond_timedwait_old(pthread_cond_t *restrict cond,
			      pthread_mutex_t *restrict mutex,
			      const struct timespec *restrict ts);
__asm__(".symver pthread_cond_timedwait, pthread_cond_timedwait@@@GLIBC_2.3.2");
__asm__(".symver cond_timedwait_old, "
	"pthread_cond_timedwait@GLIBC_2.2.5, remove");
SOURCE(cond_timedwait_old, .group = "clock", .policy = SB_FORCE,
       .symbol = "pthread_cond_timedwait", .version = "GLIBC_2.2.5",
       .doc = "wait for a condition of an older glibc");

EXPORT int cond_timedwait_old(pthread_cond_t *restrict cond,
			      pthread_mutex_t *restrict mutex,
			      const struct timespec *restrict ts)
{
	TIMED_BODY(cond_timedwait_old, CLOCK_REALTIME, ts, ret == ETIMEDOUT,
		   NOT_OURS,
		   SYNC_CONDITION, sync_cond(&s, mutex, CALLED_FROM),
		   cond, mutex, until);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict cond,
				  pthread_mutex_t *restrict mutex,
				  clockid_t clock,
				  const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_cond_clockwait, clock, ts, ret == ETIMEDOUT,
		   lock_cond(cond, mutex, &d),
		   SYNC_CONDITION, sync_cond(&s, mutex, CALLED_FROM),
		   cond,
		   mutex, clock, PATIENT(until, CALLED_FROM));
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
				   const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_mutex_timedlock, CLOCK_REALTIME, ts,
		   ret == ETIMEDOUT,
		   lock_mutex(mutex, &d),
		   SYNC_LOCK, sync_mutex(&s, mutex, CALLED_FROM),
		   mutex, until);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex,
				   clockid_t clock,
				   const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_mutex_clocklock, clock, ts, ret == ETIMEDOUT,
		   lock_mutex(mutex, &d),
		   SYNC_LOCK, sync_mutex(&s, mutex, CALLED_FROM),
		   mutex,
		   clock, until);
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
				      const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_rwlock_timedrdlock, CLOCK_REALTIME, ts,
		   ret == ETIMEDOUT,
		   lock_rwlock(lock, false, &d),
		   SYNC_LOCK, sync_rwlock(&s, lock, false, CALLED_FROM),
		   lock, until);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
				      const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_rwlock_timedwrlock, CLOCK_REALTIME, ts,
		   ret == ETIMEDOUT,
		   lock_rwlock(lock, true, &d),
		   SYNC_LOCK, sync_rwlock(&s, lock, true, CALLED_FROM),
		   lock, until);
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock,
				      clockid_t clock,
				      const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_rwlock_clockrdlock, clock, ts, ret == ETIMEDOUT,
		   lock_rwlock(lock, false, &d),
		   SYNC_LOCK, sync_rwlock(&s, lock, false, CALLED_FROM),
		   lock, clock, until);
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock,
				      clockid_t clock,
				      const struct timespec *restrict ts)
{
	TIMED_BODY(pthread_rwlock_clockwrlock, clock, ts, ret == ETIMEDOUT,
		   lock_rwlock(lock, true, &d),
		   SYNC_LOCK, sync_rwlock(&s, lock, true, CALLED_FROM),
		   lock, clock, until);
}

/* glibc's C11 objects are those of POSIX. */
static int c11(int ret)
{
	return ret == ETIMEDOUT ? thrd_timedout
	       : ret == NOT_OURS || ret == 0 ? ret : thrd_error;
}

EXPORT int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
			 const struct timespec *restrict ts)
{
	TIMED_BODY(cnd_timedwait, CLOCK_REALTIME, ts, ret == thrd_timedout,
		   c11(lock_cond((pthread_cond_t *)cond,
				 (pthread_mutex_t *)mutex, &d)),
		   SYNC_CONDITION,
		   sync_cond(&s, (pthread_mutex_t *)mutex, CALLED_FROM),
		   cond, mutex, until);
}

EXPORT int mtx_timedlock(mtx_t *restrict mutex,
			 const struct timespec *restrict ts)
{
	TIMED_BODY(mtx_timedlock, CLOCK_REALTIME, ts, ret == thrd_timedout,
		   c11(lock_mutex((pthread_mutex_t *)mutex, &d)),
		   SYNC_LOCK,
		   sync_mutex(&s, (pthread_mutex_t *)mutex, CALLED_FROM),
		   mutex, until);
}

EXPORT ssize_t mq_timedreceive(mqd_t q, char *restrict buf, size_t len,
			       unsigned *restrict prio,
			       const struct timespec *restrict ts)
{
	TIMED_BODY(mq_timedreceive, CLOCK_REALTIME, ts,
		   ret < 0 && errno == ETIMEDOUT,
		   NOT_OURS, SYNC_LOCK, NOT_OURS,
		   q, buf, len, prio, until);
}

EXPORT int mq_timedsend(mqd_t q, const char *buf, size_t len, unsigned prio,
			const struct timespec *ts)
{
	TIMED_BODY(mq_timedsend, CLOCK_REALTIME, ts,
		   ret < 0 && errno == ETIMEDOUT,
		   NOT_OURS, SYNC_LOCK, NOT_OURS,
		   q, buf, len, prio, until);
}

/* An operation that must not wait answers as one that waited in vain. */
EXPORT int semtimedop(int id, struct sembuf *ops, size_t n,
		      const struct timespec *ts)
{
	struct call c;
	bool force = CALL(&c, semtimedop) == SB_FORCE;
	uint64_t ns = ts ? ltime_ns(ts) : 0;
	uint64_t since = sys_now(CLOCK_MONOTONIC);
	int ret = turn_leave("a System V semaphore")
			  ? real_semtimedop(id, ops, n, ts) : -1;

	turn_return();
	relative(&c, force,
		 ret && errno == EAGAIN && ts &&
			 sys_now(CLOCK_MONOTONIC) - since >= ns, ns);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

EXPORT int aio_suspend(const struct aiocb *const list[], int n,
		       const struct timespec *restrict ts)
{
	struct call c;
	bool force = CALL(&c, aio_suspend) == SB_FORCE;
	int ret = turn_leave("input or output")
			  ? real_aio_suspend(list, n, ts) : -1;

	turn_return();
	relative(&c, force, ret && errno == EAGAIN && ts,
		 ts ? ltime_ns(ts) : 0);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

ALIAS(aio_suspend64, aio_suspend);
ALIAS(__poll, poll);
ALIAS(__select, select);
