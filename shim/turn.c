/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>

#include "config.h"
#include "ltime.h"
#include "process.h"
#include "processors.h"
#include "stream.h"
#include "sys.h"
#include "turn.h"
#include "banned.h"

#define BUDGET 10000u	   /* calls that a thread may make in a row */
#define PROBE_EVERY 16u	   /* passes */
#define YIELDS_IN_VAIN 64u /* by each that is ready */
#define NAP 1000000u	   /* logical ns: of who yields in vain */
#define OUTER_EVERY 256u   /* passes while one wants to go outside */

struct turn turn;

/* 0 free, 1 held, 2 held and waited for */
static int word;

uint64_t turn_lock(void)
{
	return word_take(&word);
}

static long futex(int *at, int op, int value, const struct timespec *limit)
{
	return sys6(SYS_futex, at, op, value, limit, NULL,
		    FUTEX_BITSET_MATCH_ANY);
}

/* Whoever is woken within the lock would only wait for it. */
void turn_unlock(uint64_t mask)
{
	struct thread *t = turn.nudge;
	bool idle = turn.idle;

	turn.nudge = NULL;
	word_give(&word, mask);
	if (t)
		futex(&t->seat.go, FUTEX_WAKE_PRIVATE, 1, NULL);
	if (idle && !turn.looking)
		futex(&turn.idle, FUTEX_WAKE_PRIVATE, 1, NULL);
}

static void append(struct queue *q, struct thread *t)
{
	struct seat *s = &t->seat;

	s->queue = q;
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->seat.next = t;
	else
		q->first = t;
	q->last = t;
	q->n++;
}

static void withdraw(struct thread *t)
{
	struct seat *s = &t->seat;
	struct queue *q = s->queue;

	if (!q)
		return;
	if (s->prev)
		s->prev->seat.next = s->next;
	else
		q->first = s->next;
	if (s->next)
		s->next->seat.prev = s->prev;
	else
		q->last = s->prev;
	s->queue = NULL;
	q->n--;
}

static void limit(struct thread *t, uint64_t until)
{
	struct seat *s = &t->seat;

	s->until = until;
	if (until == SEAT_EVER)
		return;
	s->limited = true;
	s->sooner = NULL;
	s->later = turn.limits;
	if (turn.limits)
		turn.limits->seat.sooner = t;
	turn.limits = t;
	if (until < turn.nearest)
		turn.nearest = until;
}

static void unlimit(struct thread *t)
{
	struct seat *s = &t->seat;

	if (!s->limited)
		return;
	s->limited = false;
	if (s->sooner)
		s->sooner->seat.later = s->later;
	else
		turn.limits = s->later;
	if (s->later)
		s->later->seat.sooner = s->sooner;
}

static void ready(struct thread *t)
{
	t->seat.state = SEAT_READY;
	append(&turn.ready, t);
}

static void unblock(struct thread *t, int why)
{
	withdraw(t);
	unlimit(t);
	t->seat.why = (uint8_t)why;
	ready(t);
}

/* The k-th that is ready: the first, or one that the seed draws. */
static struct thread *choose(void)
{
	struct thread *t = turn.ready.first;
	uint64_t k;

	if (!t || !config.turns_seeded)
		return t;
	k = mix64(config.turns_seed, turn.draws++) % turn.ready.n;
	while (k--)
		t = t->seat.next;
	return t;
}

/* With a seed a thread may also be stopped within its work: as often after a
 * few calls as after many. */
static unsigned budget(void)
{
	uint64_t n;

	if (!config.turns_seeded)
		return BUDGET;
	n = mix64(~config.turns_seed, turn.draws++);
	return 1 + (unsigned)(n >> 8) % (1u << n % 13);
}

static void grant(struct thread *t)
{
	withdraw(t);
	unlimit(t);
	if (turn.sleeper) {
		turn.sleeper->seat.go = GO_WAIT;
		turn.sleeper = NULL;
	}
	turn.holder = t;
	turn.passes++;
	turn.budget = budget();
	turn.clock += LTIME_STEP; /* or who sleeps would starve */
	if (turn.clock > t->clock)
		ltime_join(t, turn.clock);
	t->seat.state = SEAT_RUNNING;
	__atomic_store_n(&t->seat.go, GO_ON, __ATOMIC_RELEASE);
	if (t != thread_me || turn.looking)
		turn.nudge = t;
}

/* Whose limit has passed, is ready; the next one is to be found again. */
static void expire(void)
{
	struct thread *t, *next, *oldest;

	while (turn.limits && turn.nearest <= turn.clock) {
		oldest = NULL;
		turn.nearest = SEAT_EVER;
		for (t = turn.limits; t; t = next) {
			next = t->seat.later;
			if (t->seat.until <= turn.clock &&
			    (!oldest || t->seat.until <= oldest->seat.until))
				oldest = t;
			if (t->seat.until < turn.nearest)
				turn.nearest = t->seat.until;
		}
		if (oldest)
			unblock(oldest, ETIMEDOUT);
	}
}

/* Of those with the nearest limit the one that came first. */
static struct thread *nearest(void)
{
	struct thread *t, *found = turn.limits;

	for (t = turn.limits; t; t = t->seat.later)
		if (t->seat.until <= found->seat.until)
			found = t;
	return found;
}

static void probe(void)
{
	struct timespec none = { 0 };
	struct thread *t, *next;

	for (t = turn.pollers.first; t; t = next) {
		next = t->seat.next;
		if (sys6(SYS_ppoll, t->seat.fds, t->seat.nfds, &none, NULL, 8,
			 0) > 0)
			unblock(t, 0);
	}
}

/* Nobody can run: time passes, until the nearest limit. */
static void rest(void)
{
	struct thread *t = nearest();

	if ((config.sleep_skip && !t->seat.truly) ||
	    t->seat.real <= sys_now(CLOCK_MONOTONIC)) {
		turn.clock = t->seat.until;
		turn.nearest = 0;
		expire();
		grant(turn.ready.first);
		return;
	}
	if (turn.sleeper && turn.sleeper != t)
		turn.sleeper->seat.go = GO_WAIT;
	turn.sleeper = t;
	__atomic_store_n(&t->seat.go, GO_SLEEP, __ATOMIC_RELEASE);
	turn.nudge = t;
}

/* Who wants to go outside comes last, but not never. */
static struct thread *outward(void)
{
	struct thread *t = turn.outer.first;

	if (turn.ready.n && ++turn.passed_over < OUTER_EVERY)
		return choose();
	turn.passed_over = 0;
	t->seat.outer = true;
	t->seat.since = sys_now(CLOCK_MONOTONIC);
	return t;
}

void turn_dispatch(void)
{
	struct thread *t;

	if (turn.holder)
		return;
	expire();
	if (turn.pollers.n && (!turn.ready.n || !(turn.passes % PROBE_EVERY)))
		probe();
	t = turn.outer.n ? outward() : choose();
	if (t)
		grant(t);
	else if (turn.limits)
		rest();
	turn.idle = !turn.holder && turn.pollers.n;
}

void turn_seize(struct thread *t)
{
	if (t->clock > turn.clock)
		turn.clock = t->clock;
	t->seat.state = SEAT_OUTSIDE;
	turn.outside++;
	turn.holder = NULL;
}

/* Somebody became ready without having been woken by who has the turn. */
static void arrived(void)
{
	if (turn.holder && turn.holder->seat.outer &&
	    turn.holder != thread_me)
		turn_seize(turn.holder);
	turn_dispatch();
}

static void sleep_really(struct thread *self)
{
	struct timespec until = {
		(time_t)(self->seat.real / LTIME_SECOND),
		(long)(self->seat.real % LTIME_SECOND)
	};
	long ret = futex(&self->seat.go, FUTEX_WAIT_BITSET_PRIVATE, GO_SLEEP,
			 &until);
	uint64_t mask;

	if (ret != -ETIMEDOUT)
		return;
	mask = turn_lock();
	if (turn.sleeper == self && !turn.holder) {
		turn.sleeper = NULL;
		self->seat.go = GO_WAIT;
		turn_dispatch();
	}
	turn_unlock(mask);
}

static void tell_where(struct thread *self)
{
	int told = GO_TELL;

	turn_watch_say(self);
	__atomic_compare_exchange_n(&self->seat.go, &told, GO_WAIT, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	futex(&self->seat.go, FUTEX_WAKE_PRIVATE, 1, NULL);
}

static void interrupt(struct thread *self, int why)
{
	uint64_t mask = turn_lock();

	if (self->seat.state == SEAT_BLOCKED || self->seat.state == SEAT_OUTER) {
		unblock(self, why);
		arrived();
	}
	turn_unlock(mask);
}

/* The memory of a thread that has ended is used again only once the kernel has
 * let it go: by the next one that runs, so that it is always the same. */
static void bury(struct thread *self)
{
	struct thread *d = turn.dying;

	if (!d || d == self)
		return;
	turn.dying = NULL;
	while (d->seat.gone &&
	       (futex(d->seat.gone, FUTEX_WAIT, d->tid, NULL) == 0))
		;
	if (!d->joinable)
		thread_drop(d);
}

/* Where a thread can be cancelled at any moment, it is not while it waits, but
 * when it has the turn again. */
static void await(struct thread *self, const struct want *w)
{
	static const struct timespec long_time = { 1000000000, 0 };
	struct seat *s = &self->seat;
	int v, type;
	long ret;

	s->frame = __builtin_frame_address(0);
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	while ((v = __atomic_load_n(&s->go, __ATOMIC_ACQUIRE)) != GO_ON) {
		ret = 0;
		if (v == GO_SLEEP)
			sleep_really(self);
		else if (v == GO_TELL)
			tell_where(self);
		else /* with a limit a handler always ends it: signal(7) */
			ret = futex(&s->go, FUTEX_WAIT_PRIVATE, v,
				    w && w->asleep ? &long_time : NULL);
		if (ret == -EINTR && w && w->signals)
			interrupt(self, EINTR);
	}
	s->go = GO_WAIT;
	s->frame = NULL;
	bury(self);
	if (type != PTHREAD_CANCEL_DEFERRED)
		pthread_setcanceltype(type, NULL);
}

/* Under the lock, by who has the turn, or had it. */
static void give(struct thread *self)
{
	if (self->clock > turn.clock)
		turn.clock = self->clock - self->clock % LTIME_STEP;
	self->seat.outer = false;
	if (turn.holder == self)
		turn.holder = NULL;
}

/* In the engine it has the lock that telling needs. */
static void tell(const struct thread *self)
{
	if (__builtin_expect(turn.watch > 1, 0) && !self->busy)
		turn_watch_tell();
}

/* May the caller be cancelled at any moment? */
static bool any_moment(void)
{
	int type;

	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	if (type == PTHREAD_CANCEL_DEFERRED)
		return false;
	pthread_setcanceltype(type, NULL);
	return true;
}

static bool cancellable(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	if (state == PTHREAD_CANCEL_DISABLE)
		return false;
	pthread_setcancelstate(state, NULL);
	return true;
}

#define LOOK 1000000u /* ns between two looks at what others may let go */

int turn_wait(struct thread *self, const struct want *w)
{
	uint64_t until = w->until, mask;
	struct seat *s = &self->seat;
	int saved = errno;
	bool early = w->look && until > self->clock + LOOK;

	if (early)
		until = self->clock + LOOK;

	if (w->cancels && s->cancelled && cancellable()) {
		s->cancelled = false; /* its handlers may wait, too */
		return ECANCELED;
	}
	mask = turn_lock();
	turn.yields = 0;
	give(self);
	s->key = w->key;
	s->what = w->what;
	s->bits = w->bits;
	s->fds = w->fds;
	s->nfds = w->nfds;
	s->writer = w->writer;
	s->cancels = (w->cancels || any_moment()) && cancellable();
	s->why = 0;
	s->real = 0;
	s->truly = w->look;
	if (until != SEAT_EVER)
		s->real = sys_now(CLOCK_MONOTONIC) +
			  (until > self->clock ? until - self->clock : 0);
	s->state = SEAT_BLOCKED;
	append(w->fds ? &turn.pollers : &turn.waiting[turn_bucket(w->key)],
	       self);
	limit(self, until);
	turn_dispatch();
	turn_unlock(mask);
	await(self, w);
	tell(self);
	errno = saved;
	if (s->why == ECANCELED)
		s->cancelled = false;
	return early && s->why == ETIMEDOUT ? 0 : s->why;
}

static bool waits_for(const struct thread *t, const void *key, uint32_t bits)
{
	return t->seat.key == key && (!t->seat.bits || t->seat.bits & bits);
}

unsigned turn_wake(const void *key, unsigned n, uint32_t bits)
{
	struct thread *t, *next;
	unsigned woken = 0;
	uint64_t mask;

	if (!turn_waited(key))
		return 0;
	mask = turn_lock();
	for (t = turn.waiting[turn_bucket(key)].first; t && woken < n;
	     t = next) {
		next = t->seat.next;
		if (!waits_for(t, key, bits))
			continue;
		unblock(t, 0);
		woken++;
	}
	if (woken) {
		turn.yields = 0;
		arrived();
	}
	turn_unlock(mask);
	return woken;
}

unsigned turn_requeue(const void *key, unsigned n, const void *other,
		      unsigned m)
{
	unsigned woken = turn_wake(key, n, ~0u);
	struct thread *t, *next;
	uint64_t mask;

	if (!m || !turn_waited(key))
		return woken;
	mask = turn_lock();
	for (t = turn.waiting[turn_bucket(key)].first; t && m; t = next) {
		next = t->seat.next;
		if (t->seat.key != key)
			continue;
		withdraw(t);
		t->seat.key = other;
		append(&turn.waiting[turn_bucket(other)], t);
		m--;
		woken++;
	}
	turn_unlock(mask);
	return woken;
}

bool turn_writer(const void *key)
{
	struct thread *t = turn.waiting[turn_bucket(key)].first;
	uint64_t mask;
	bool found = false;

	if (!t)
		return false;
	mask = turn_lock();
	for (t = turn.waiting[turn_bucket(key)].first; t; t = t->seat.next)
		found |= t->seat.key == key && t->seat.writer;
	turn_unlock(mask);
	return found;
}

void turn_poke(struct thread *t)
{
	uint64_t mask = turn_lock();

	t->seat.cancelled = true;
	if ((t->seat.state == SEAT_BLOCKED && t->seat.cancels) ||
	    t->seat.state == SEAT_OUTER) {
		unblock(t, ECANCELED);
		arrived();
	}
	turn_unlock(mask);
}

/* Everybody who is ready only waits for others by yielding: time must pass, or
 * the outside world come in. */
static bool in_vain(void)
{
	return ++turn.yields > (uint64_t)YIELDS_IN_VAIN * (turn.ready.n + 1) &&
	       (turn.limits || turn.outer.n || turn.pollers.n);
}

void turn_yield(struct thread *self)
{
	static const char nothing;
	struct want w = { .key = &nothing, .what = "time to pass" };
	int saved = errno;
	uint64_t mask = turn_lock();

	if (in_vain()) {
		turn_unlock(mask);
		w.until = self->clock + NAP;
		if (turn.limits && turn.nearest < w.until)
			w.until = turn.nearest + 1;
		turn_wait(self, &w);
		return;
	}
	give(self);
	ready(self);
	turn_dispatch();
	turn_unlock(mask);
	await(self, NULL);
	tell(self);
	errno = saved;
}

void turn_spent(struct thread *self)
{
	/* In the engine it may hold a lock that the next one wants. */
	if (self->busy || turn.holder != self ||
	    (!turn.ready.n && !turn.limits && !turn.pollers.n)) {
		turn.budget = BUDGET;
		return;
	}
	turn_yield(self);
}

/* A handler of a signal left by siglongjmp(): the wait that it interrupted is
 * above the caller, or was. Handlers on a stack of their own say nothing. */
static bool jumped(const struct thread *self)
{
	const char *here = __builtin_frame_address(0);
	stack_t stack;

	if (!self->seat.frame || here <= self->seat.frame)
		return false;
	return sys2(SYS_sigaltstack, NULL, &stack) == 0 &&
	       !(stack.ss_flags & SS_ONSTACK);
}

static bool waiting(const struct thread *self)
{
	return self->seat.state == SEAT_BLOCKED ||
	       self->seat.state == SEAT_OUTER ||
	       self->seat.state == SEAT_READY;
}

struct thread *turn_take_slow(void)
{
	struct thread *self = thread_me;
	bool back = self && waiting(self) && jumped(self);
	int saved = errno;
	uint64_t mask;

	if (!self || (self->seat.state != SEAT_OUTSIDE && !back) || self->busy)
		return NULL;
	mask = turn_lock();
	if (back)
		withdraw(self);
	else
		turn.outside--;
	unlimit(self);
	if (turn.sleeper == self)
		turn.sleeper = NULL;
	self->seat.go = GO_WAIT;
	self->seat.outer = false;
	if (turn.holder == self) {
		self->seat.state = SEAT_RUNNING;
		self->seat.frame = NULL;
		turn_unlock(mask);
		return self;
	}
	ready(self);
	arrived();
	turn_unlock(mask);
	await(self, NULL);
	tell(self);
	errno = saved;
	return self;
}

bool turn_leave_slow(const char *what, unsigned ms)
{
	static const struct want w = { .signals = true };
	struct thread *self;
	uint64_t mask;
	int saved = errno;

	if (turn_alone() || !(self = turn_take()) || self->busy)
		return true;
	mask = turn_lock();
	turn.yields = 0;
	give(self);
	self->seat.what = what;
	self->seat.patience = ms;
	self->seat.key = NULL;
	self->seat.why = 0;
	self->seat.state = SEAT_OUTER;
	append(&turn.outer, self);
	turn_dispatch();
	turn_unlock(mask);
	await(self, &w);
	tell(self);
	errno = self->seat.why == EINTR ? EINTR : saved;
	return self->seat.why != EINTR;
}

void turn_return_slow(void)
{
	struct thread *self = thread_me;
	uint64_t mask;

	if (!self || (self->seat.state != SEAT_RUNNING &&
		      self->seat.state != SEAT_OUTSIDE))
		return;
	mask = turn_lock();
	self->seat.outer = false;
	turn_unlock(mask);
	turn_take();
}

static void seat_clear(struct thread *t)
{
	memset(&t->seat, 0, sizeof(t->seat));
	t->seat.until = SEAT_EVER;
}

/* Where libc keeps the word that the kernel clears when a thread is gone, it
 * holds the thread's number until then. Within libc's own structure, of which
 * only the address is known. */
static int *find_gone(int tid)
{
	int *head = (int *)pthread_self();

	for (int i = 0; i < 512; i++)
		if (head[i] == tid)
			return &head[i];
	return NULL;
}

/*
 * A program in Go: its runtime makes threads by libc where it is linked with C,
 * and they wait by system calls of their own. The linker leaves a note.
 */
static bool of_go(void)
{
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);
	size_t n = getauxval(AT_PHNUM);
	uintptr_t base = 0;

	for (size_t i = 0; i < n; i++)
		if (ph[i].p_type == PT_PHDR)
			base = (uintptr_t)ph - ph[i].p_vaddr;
	for (size_t i = 0; i < n; i++) {
		const ElfW(Nhdr) *note = (const void *)(base + ph[i].p_vaddr);

		if (ph[i].p_type == PT_NOTE && note->n_namesz == 4 &&
		    !memcmp(note + 1, "Go", 3))
			return true;
	}
	return false;
}

void turn_sleep_on(void)
{
	turn.asleep = config.turns && !config.audit && !of_go();
}

void turn_start(void)
{
	struct thread *self = thread_me;

	if (!turn.asleep || !process.active || !self || process_borrowed())
		return;
	turn.asleep = 0;
	turn_pin();
	seat_clear(self);
	self->seat.state = SEAT_RUNNING;
	self->seat.gone = find_gone(self->tid);
	turn.clock = self->clock;
	turn.nearest = SEAT_EVER;
	turn.holder = self;
	turn.budget = budget();
	turn.live = 1;
	turn.on = 1;
	turn_watch_start();
}

void turn_made(struct thread *t)
{
	uint64_t mask = turn_lock();

	turn.yields = 0;
	turn.live++;
	ready(t);
	if (turn.holder != thread_me)
		arrived();
	turn_unlock(mask);
}

void turn_begin(struct thread *t)
{
	t->seat.gone = find_gone(t->tid);
	await(t, NULL);
}

/* Who waits for what this thread has, and nobody else will wake. */
static void release(struct thread *t)
{
	struct thread *w, *next;

	for (unsigned i = 0; i < TURN_BUCKETS; i++)
		for (w = turn.waiting[i].first; w; w = next) {
			next = w->seat.next;
			if (w->seat.key == &t->seat ||
			    w->seat.what == turn_of_owner)
				unblock(w, 0);
		}
}

const char turn_of_owner[] = "a mutex of whoever ends";

/* Who was cancelled outside takes the turn first: the next one to have it buries
 * who has ended, before the memory can be another thread's. */
void turn_end(struct thread *self)
{
	uint64_t mask;

	turn_take();
	mask = turn_lock();
	if (self->seat.state == SEAT_OUTSIDE)
		turn.outside--;
	give(self);
	turn.yields = 0;
	turn.live--;
	self->seat.state = SEAT_NONE;
	self->seat.finished = true;
	turn.dying = self;
	release(self);
	turn_dispatch();
	turn_unlock(mask);
}

void turn_fork_prepare(void)
{
	if (turn.on)
		while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE))
			futex(&word, FUTEX_WAIT_PRIVATE, 2, NULL);
}

void turn_fork_parent(void)
{
	if (turn.on) {
		__atomic_store_n(&word, 0, __ATOMIC_RELEASE);
		futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL);
	}
}

void turn_forked(void)
{
	word = 0;
	if (!turn.on)
		return;
	memset(&turn, 0, sizeof(turn));
	turn_sleep_on();
	turn_unpin();
	turn_watch_forked();
}
