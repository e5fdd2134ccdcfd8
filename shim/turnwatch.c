/* SPDX-License-Identifier: MIT */
/*
 * The watch: a thread of the kernel's, unknown to libc, that looks at who has
 * the turn. It takes the turn from who is in the outside world for too long,
 * waits unseen, or runs without end while others could; and it sees a deadlock.
 *
 * It has its maker's thread-local storage, which may be gone: nothing here may
 * touch such a variable, errno included.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "crew.h"
#include "deny.h"
#include "kthread.h"
#include "log.h"
#include "ltime.h"
#include "process.h"
#include "procstate.h"
#include "real.h"
#include "sys.h"
#include "text.h"
#include "timers.h"
#include "turn.h"
#include "turntell.h"
#include "banned.h"

#define LOOK 50000000 /* ns between two looks */
#define STACK (64u << 10)
#define MS 1000000u
#define FDS 512
#define LOST_MOST 6 /* halvings of --external-wait */

static struct {
	struct thread *holder; /* at the last look, and since: */
	uint64_t passes;
	uint64_t since; /* ns */
	uint64_t cpu;	/* ns of processor time that it had then */
	uint64_t called; /* and when it last spent of its budget */
	unsigned budget; /* what was left of it */
	uint64_t moved; /* when its processor time was last seen to grow */
	uint64_t last;	/* that, then */
	uint64_t idle;	/* since when nobody can run; 0: somebody can */
	bool dead;	/* a deadlock was reported */
	/* To be written down: */
	unsigned long_calls, unseen, busy, told_calls, told_unseen, told_busy;
	char whom[96];
} seen;

static void first_look(struct thread *t, uint64_t now)
{
	seen.holder = t;
	seen.passes = turn.passes;
	seen.since = seen.moved = now;
	seen.cpu = seen.last = seen.called = thread_cpu(t->tid);
	seen.budget = turn.budget;
}

/* Who makes calls will have spent its budget some day, and members of a region
 * are expected to compute for long: a moment that chance chooses is the worse
 * end of their turn. */
static bool endless(const struct thread *t, uint64_t cpu)
{
	uint64_t limit = config.patience * LTIME_SECOND;

	if (turn.budget != seen.budget) {
		seen.budget = turn.budget;
		seen.called = cpu;
	}
	return cpu - seen.cpu >= limit * PATIENCE_OF_MEMBERS ||
	       (!t->seat.member && cpu - seen.called >= limit);
}

/* Who has lost the turn once will wait as long again, and once somebody has come
 * back so the run is not repeated any more: others are kept waiting half as
 * long each time. */
static uint64_t limit_outside(const struct thread *t, uint64_t ms)
{
	unsigned n = t->seat.lost > turn.late ? t->seat.lost : turn.late;

	return ms * MS >> (n < LOST_MOST ? n : LOST_MOST);
}

/* kind: 0: for a signal, whose coming is nobody's fault. */
static void take(struct thread *t, unsigned *count, enum sb_halt_kind kind)
{
	if (kind && count != &seen.busy && t->seat.lost < LOST_MOST)
		t->seat.lost++;
	if (kind) {
		++*count;
		memcpy(seen.whom, t->path, sizeof(seen.whom));
		turn.watch = 2;
		turntell_halt(kind);
	}
	t->seat.halt = (uint8_t)kind;
	turn_seize(t);
	turn_dispatch();
}

#define CALLED_MS 20

/* Who is called meanwhile may be what it waits for. */
static void look_outside(struct thread *t, uint64_t now)
{
	uint64_t ns = now - t->seat.since;

	if (ns < limit_outside(t, t->seat.patience) &&
	    (ns < CALLED_MS * MS || !turn_probe()))
		return;
	turn.tired |= t->seat.shared;
	take(t, &seen.long_calls,
	     t->seat.patience == TURN_SIGNAL_MS ? 0 : SB_HALT_OUTSIDE);
}

/* Seen in a loop, to be stopped once the lock is released. */
static struct thread *loops;

static void look_at(struct thread *t, uint64_t now)
{
	uint64_t cpu;

	if (t != seen.holder || turn.passes != seen.passes) {
		first_look(t, now);
		return;
	}
	if (!turn.ready.n && !turn.limits && !turn.outer.n && !turn.pollers.n)
		return;
	cpu = thread_cpu(t->tid);
	if (cpu != seen.last)
		seen.moved = now;
	seen.last = cpu;
	if (t->seat.outer) {
		look_outside(t, now);
	} else if (endless(t, cpu)) {
		loops = t;
	} else if (now - seen.moved >= limit_outside(t, config.external_wait) &&
		   thread_sleeping(t->tid)) {
		take(t, &seen.unseen, SB_HALT_UNSEEN);
	}
}

/* It says where it is before others get the turn, who may let it go. */
static void stop(struct thread *t)
{
	uint64_t mask;

	if (!seen.busy)
		turntell_busy(t);
	mask = turn_lock();
	turn.looking = true;
	if (turn.holder == t && turn.passes == seen.passes)
		take(t, &seen.busy, SB_HALT_BUSY);
	turn.looking = false;
	turn_unlock(mask);
}

/* Threads that nobody has announced, as a timer's: they may wake one. */
static bool strangers(void)
{
	unsigned own = turn.live + 1; /* and the watch */
	struct stat st;

	/* The first one stays to the process's end. */
	for (struct thread *t = thread_first(); t; t = t->next)
		own += t->first && t->seat.finished;
	return sys4(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &st, 0) == 0 &&
	       st.st_nlink > 2 + own;
}

/* May somebody else let one go: another process, a timer, such a thread? */
static bool others(void)
{
	for (struct thread *t = turn.pollers.first; t; t = t->seat.next)
		if (t->seat.abroad)
			return true;
	return timers_awaited() || strangers();
}

static void look(void)
{
	uint64_t now = sys_now(CLOCK_MONOTONIC), mask = turn_lock();
	bool dead = false;

	turn.looking = true;
	if (!turn.holder)
		turn_dispatch();
	if (turn.holder) {
		look_at(turn.holder, now);
		seen.idle = 0;
	} else if (!turn.live || turn.limits || turn.outside || others()) {
		seen.idle = 0;
	} else if (!seen.idle) {
		seen.idle = now;
	} else if (now - seen.idle >= LTIME_SECOND && !seen.dead) {
		seen.dead = dead = true;
	}
	turn.looking = false;
	turn_unlock(mask);
	if (loops)
		stop(loops);
	loops = NULL;
	turntell_count();
	if (dead)
		turntell_deadlock();
	if (dead && config.deadlock_exit)
		deny_end(SB_ENDED_DEADLOCK);
}

/* Those of who waits, while nobody can run. */
static unsigned gather(struct pollfd *fds, unsigned room)
{
	uint64_t mask = turn_lock();
	unsigned n = 0;

	if (!turn.holder)
		for (struct thread *t = turn.pollers.first; t; t = t->seat.next)
			for (unsigned i = 0; i < t->seat.nfds && n < room; i++)
				fds[n++] = t->seat.fds[i];
	turn_unlock(mask);
	return n;
}

static int watch(void *arg)
{
	static const struct timespec nap = { 0, LOOK };
	struct pollfd fds[FDS];
	unsigned n;

	(void)arg;
	for (;;) {
		n = turn.idle ? gather(fds, FDS) : 0;
		if (n)
			sys6(SYS_ppoll, fds, n, &nap, NULL, 8, 0);
		else if (turn.idle)
			sys2(SYS_nanosleep, &nap, NULL);
		else
			sys4(SYS_futex, &turn.idle, FUTEX_WAIT_PRIVATE, 0,
			     &nap);
		look();
	}
	return 0;
}

void turn_watch_start(void)
{
	memset(&seen, 0, sizeof(seen));
	turn.watch = kthread_start(watch, NULL, STACK) == 0;
}

void turn_watch_forked(void)
{
	memset(&seen, 0, sizeof(seen));
}

static void tell(unsigned *told, unsigned now, const char *kind,
		 const char *before, const char *after, const char *where)
{
	char message[512];
	struct text t = text_start(message, sizeof(message));
	bool first = !*told;
	uint64_t mask;

	if (*told == now)
		return;
	*told = now;
	if (!first)
		return;
	text_add(&t, before);
	text_add(&t, seen.whom);
	text_add(&t, after);
	text_add(&t, where);
	mask = engine_lock();
	log_blind(kind, message);
	engine_unlock(mask);
}

void turn_watch_tell(void)
{
	turn.watch = 1;
	tell(&seen.told_calls, seen.long_calls, "outside",
	     "thread ", " waited for the outside world longer than "
		       "--external-wait, or while others were called: "
		       "when it comes back is not repeated", "");
	tell(&seen.told_unseen, seen.unseen, "outside",
	     "thread ", " waited in a place that is not seen: when it comes "
		       "back is not repeated", "");
	tell(&seen.told_busy, seen.busy, "busy-loop", "thread ",
	     " ran longer than --patience without a call that gives "
	     "the turn away: when it was stopped is not repeated; it "
	     "was",
	     turntell_where());
}
