/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "process.h"
#include "real.h"
#include "trap.h"
#include "turnpart.h"
#include "turntell.h"
#include "banned.h"

/* Where libc keeps the word that the kernel clears when a thread is gone, it
 * holds the thread's number until then. Within libc's own structure, of which
 * only the address is known, and that the word follows two pointers: in odd
 * places are upper halves of addresses, and there are threads 0x7fff and 0x5555. */
static int *find_gone(int tid)
{
	int *head = (int *)pthread_self();

	for (int i = 0; i < 512; i += 2)
		if (head[i] == tid)
			return &head[i];
	return NULL;
}

void turn_sleep_on(void)
{
	turn.asleep = config.turns && !config.audit;
}

/* Notes stand one after the other, those of the linker's first. */
static bool note_of_go(const char *at, size_t size)
{
	const ElfW(Nhdr) *note;
	size_t length;

	while (size >= sizeof(*note)) {
		note = (const void *)at;
		if (note->n_namesz == 4 && !memcmp(note + 1, "Go", 3))
			return true;
		length = sizeof(*note) + (note->n_namesz + 3u) / 4 * 4 +
			 (note->n_descsz + 3u) / 4 * 4;
		if (length > size)
			return false;
		at += length;
		size -= length;
	}
	return false;
}

static int object_of_go(struct dl_phdr_info *object, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &object->dlpi_phdr[i];

		/* Others are aligned to eight bytes. */
		if (p->p_type == PT_NOTE && p->p_align <= 4 &&
		    note_of_go((const char *)object->dlpi_addr + p->p_vaddr,
			       p->p_memsz))
			return 1;
	}
	return 0;
}

/*
 * Go, in the program or in a library of it: its runtime makes threads by libc
 * where it is linked with C, and they wait by system calls of their own. The
 * linker leaves a note.
 */
static bool with_go(void)
{
	uint64_t mask;

	if (config.traps & TRAP_SYSCALL || !real_iterate(object_of_go, NULL))
		return false;
	mask = engine_lock();
	log_blind("go", "the program has Go's runtime: its threads are not "
			"scheduled, nor are others of its process");
	engine_unlock(mask);
	return true;
}

/* The process's first thread, which nobody has made, can be joined, too. */
static void known(struct thread *self)
{
	if (self->handle)
		return;
	self->handle = pthread_self();
	self->joinable = true;
}

/* Under the engine's lock, which a fork holds. */
static void wake_up(struct thread *self)
{
	turn_pin_first(self);
	self->seat.gone = find_gone(self->tid);
	turn.clock = self->clock;
	turn.nearest = SEAT_EVER;
	turn.granted = turn.budget = turn_budget();
	turn.live = 1;
	turn.on = 1;
	turntell_start();
}

void turn_start(void)
{
	struct thread *self = thread_me;
	uint64_t mask;

	if (!turn.asleep || !process.active || !self || process_borrowed())
		return;
	turn.asleep = 0;
	if (with_go())
		return;
	seat_clear(self);
	known(self);
	self->seat.state = SEAT_RUNNING;
	turn.holder = self;
	mask = engine_lock();
	wake_up(self);
	engine_unlock(mask);
	turn_watch_start();
}

void turn_resume(struct thread *self)
{
	struct seat *s = &self->seat;
	uint64_t mask;

	if (!turn.asleep)
		return;
	turn.asleep = 0;
	wake_up(self);
	turn_watch_start();
	mask = turn_lock();
	s->go = GO_WAIT;
	s->limited = false;
	switch (s->state) {
	case SEAT_BLOCKED:
		seat_append(s->fds ? &turn.pollers
				   : &turn.waiting[turn_bucket(s->key)],
			    self);
		seat_limit(self, s->until);
		break;
	case SEAT_OUTER:
		seat_append(&turn.outer, self);
		break;
	default:
		seat_ready(self);
	}
	turn_dispatch();
	turn_unlock(mask);
}

void turn_made(struct thread *t)
{
	uint64_t mask = turn_lock();

	turn.yields = 0;
	turn.live++;
	turntell_thread();
	turn_cost(TURN_THREAD);
	seat_ready(t);
	if (turn.holder != thread_me)
		turn_arrived();
	turn_unlock(mask);
}

void turn_bury(struct thread *self)
{
	struct thread *d = turn.dying;

	if (!d || d == self)
		return;
	turn.dying = NULL;
	while (d->seat.gone &&
	       (turn_futex(d->seat.gone, FUTEX_WAIT, d->tid, NULL) == 0))
		;
	if (!d->joinable)
		thread_drop(d);
}

void turn_begin(struct thread *t)
{
	t->seat.gone = find_gone(t->tid);
	turn_await(t, NULL, 0);
}

const char turn_of_owner[] = "a mutex of whoever ends";

/* Who waits for what this thread has, and nobody else will wake. */
static void release(struct thread *t)
{
	struct thread *w, *next;

	for (unsigned i = 0; i < TURN_BUCKETS; i++)
		for (w = turn.waiting[i].first; w; w = next) {
			next = w->seat.next;
			if (w->seat.key == &t->seat ||
			    w->seat.what == turn_of_owner)
				seat_unblock(w, 0);
		}
}

/* Who was cancelled outside takes the turn first: the next one to have it buries
 * who has ended, before the memory can be another thread's. */
void turn_end(struct thread *self)
{
	uint64_t mask;

	turn_take();
	mask = turn_lock();
	if (self->seat.state == SEAT_OUTSIDE)
		turn.outside--;
	turn_give(self);
	turn.yields = 0;
	turn.live--;
	self->seat.state = SEAT_NONE;
	self->seat.finished = true;
	turn.dying = self;
	release(self);
	turn_dispatch();
	turn_unlock(mask);
}
