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
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "call.h"
#include "config.h"
#include "crew.h"
#include "deny.h"
#include "kthread.h"
#include "log.h"
#include "ltime.h"
#include "module.h"
#include "process.h"
#include "procstate.h"
#include "real.h"
#include "stack.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "turn.h"
#include "banned.h"

#define LOOK 50000000 /* ns between two looks */
#define STACK (64u << 10)
#define MS 1000000u
#define FDS 512

static struct {
	struct thread *holder; /* at the last look, and since: */
	uint64_t passes;
	uint64_t since; /* ns */
	uint64_t cpu;	/* ns of processor time that it had then */
	uint64_t moved; /* when its processor time was last seen to grow */
	uint64_t last;	/* that, then */
	uint64_t idle;	/* since when nobody can run; 0: somebody can */
	bool dead;	/* a deadlock was reported */
	/* To be written down: */
	unsigned signals, long_calls, unseen, busy, told_calls, told_unseen, told_busy;
	char whom[96];
} seen;

static void first_look(struct thread *t, uint64_t now)
{
	seen.holder = t;
	seen.passes = turn.passes;
	seen.since = seen.moved = now;
	seen.cpu = seen.last = thread_cpu(t->tid);
}

/* Members of a region are expected to compute for long. */
static uint64_t patience(const struct thread *t)
{
	return config.patience * (t->seat.member ? PATIENCE_OF_MEMBERS : 1);
}

static void take(struct thread *t, unsigned *count)
{
	++*count;
	memcpy(seen.whom, t->path, sizeof(seen.whom));
	turn.watch = 2;
	turn_seize(t);
	turn_dispatch();
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
		if (now - t->seat.since >= (uint64_t)t->seat.patience * MS)
			take(t, t->seat.patience == TURN_SIGNAL_MS
					? &seen.signals : &seen.long_calls);
	} else if (cpu - seen.cpu >= patience(t) * LTIME_SECOND) {
		loops = t;
	} else if (now - seen.moved >= config.external_wait * MS &&
		   thread_sleeping(t->tid)) {
		take(t, &seen.unseen);
	}
}

#define FRAMES 12
#define TELL_MS 500 /* what a thread has, to say where it waits */

struct place {
	const struct thread *self;
	uintptr_t ra; /* in the program */
};

#define BUSY_SIGNAL SIGURG /* ignored, where nobody has asked for it */

static struct {
	char where[192]; /* of a busy loop */
	int told; /* futex, 1: `where` is written */
} busy;

/* "function in module+0xoffset, called from …" */
static void write_where(void *arg)
{
	const struct place *place = arg;
	const struct stack *s = stack_walk(place->ra, 3);
	struct text t = text_start(busy.where, sizeof(busy.where));

	for (int i = 0; i < s->n; i++) {
		struct module *m = s->module[i];
		const char *function = symbol_before(m, s->address[i]);
		const char *path = m ? m->path : "unknown code";
		const char *slash = strrchr(path, '/');

		text_add(&t, i ? ", called from " : " in ");
		text_add(&t, function ? function : "?");
		text_add(&t, " of ");
		text_add(&t, slash ? slash + 1 : path);
		text_add(&t, "+0x");
		text_number(&t, s->address[i] - (m ? m->base : 0), 16, 1);
	}
}

static void in_loop(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	struct thread *self = thread_me;
	struct place place = { self,
			       (uintptr_t)uc->uc_mcontext.gregs[REG_RIP] };
	int saved = errno;
	uint64_t mask;

	(void)sig;
	(void)info;
	if (self && !self->busy) {
		mask = engine_lock();
		self->busy = true;
		stack_capture();
		stack_call(self, write_where, &place);
		self->busy = false;
		engine_unlock(mask);
	}
	busy.told = 1;
	sys3(SYS_futex, &busy.told, FUTEX_WAKE_PRIVATE, 1);
	errno = saved;
}

/* Where the thread is, itself alone can tell: a signal asks it. */
static void ask_busy(const struct thread *t)
{
	static const struct timespec limit = { 0, TELL_MS * MS };
	struct sigaction ours = { .sa_sigaction = in_loop,
				  .sa_flags = SA_SIGINFO | SA_RESTART |
					      SA_ONSTACK }, theirs;

	sigfillset(&ours.sa_mask);
	busy.told = busy.where[0] = 0;
	if (sigaction(BUSY_SIGNAL, &ours, &theirs))
		return;
	if (sys3(SYS_tgkill, process.pid, t->tid, BUSY_SIGNAL) == 0)
		sys4(SYS_futex, &busy.told, FUTEX_WAIT_PRIVATE, 0, &limit);
	sigaction(BUSY_SIGNAL, &theirs, NULL);
}

static void say_place(void *arg)
{
	static char message[8192];
	struct text t = text_start(message, sizeof(message));
	const struct place *place = arg;
	const struct thread *self = place->self;

	text_add(&t, "samebits: thread ");
	text_add(&t, self->path);
	text_add(&t, " waits for ");
	text_add(&t, self->seat.what ? self->seat.what : "its turn");
	if (self->seat.key) {
		text_add(&t, " at 0x");
		text_number(&t, (uintptr_t)self->seat.key, 16, 1);
	}
	text_add(&t, "\n");
	deny_say_stack(&t, stack_walk(place->ra, FRAMES));
	sys3(SYS_write, 2, message, t.at - message);
}

void turn_watch_say(struct thread *self)
{
	struct place place = {
		self, (uintptr_t)call_from(__builtin_return_address(0),
					   __builtin_frame_address(0))
	};
	uint64_t mask = engine_lock();

	self->busy = true;
	stack_capture();
	stack_call(self, say_place, &place);
	self->busy = false;
	engine_unlock(mask);
}

/* Without the lock, as what it calls may take it. */
static void ask(struct thread *t)
{
	static const struct timespec limit = { 0, TELL_MS * MS };
	int quiet = GO_WAIT, *go = &t->seat.go;

	if (t->seat.state != SEAT_BLOCKED ||
	    !__atomic_compare_exchange_n(go, &quiet, GO_TELL, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return;
	sys3(SYS_futex, go, FUTEX_WAKE_PRIVATE, 1);
	sys4(SYS_futex, go, FUTEX_WAIT_PRIVATE, GO_TELL, &limit);
}

static void deadlock(void)
{
	static const char head[] =
		"samebits: deadlock: all threads wait for each other\n";
	struct thread *t;

	sys3(SYS_write, 2, head, sizeof(head) - 1);
	for (t = thread_first(); t; t = t->next)
		ask(t);
	if (config.deadlock_exit)
		deny_end(SB_ENDED_DEADLOCK);
}

/* It says where it is before others get the turn, who may let it go. */
static void stop(struct thread *t)
{
	uint64_t mask;

	if (!seen.busy)
		ask_busy(t);
	mask = turn_lock();
	turn.looking = true;
	if (turn.holder == t && turn.passes == seen.passes)
		take(t, &seen.busy);
	turn.looking = false;
	turn_unlock(mask);
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
	} else if (turn.limits || turn.outside || !turn.live) {
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
	if (dead)
		deadlock();
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
		       "--external-wait: when it comes back is not repeated", "");
	tell(&seen.told_unseen, seen.unseen, "outside",
	     "thread ", " waited in a place that is not seen: when it comes "
		       "back is not repeated", "");
	tell(&seen.told_busy, seen.busy, "busy-loop",
	     "thread ", " ran longer than --patience without a call that gives "
			"the turn away: when it was stopped is not repeated; it "
			"was", busy.where);
}
