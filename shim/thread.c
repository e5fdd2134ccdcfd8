/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "lineage.h"
#include "log.h"
#include "ltime.h"
#include "process.h"
#include "real.h"
#include "sys.h"
#include "tape.h"
#include "thread.h"
#include "banned.h"

__thread struct thread *thread_me;

static struct thread *all; /* every block ever mapped in this process */
static uint64_t adopted;

/* May the block be used again? A joined thread is gone for certain; of a
 * detached one the kernel is asked. */
static bool gone(const struct thread *t)
{
	return t->ended ||
	       (t->retired && !t->joinable &&
		sys3(SYS_tgkill, process.pid, t->tid, 0) == -ESRCH);
}

static void *map(size_t size)
{
	long p = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p < 0 && p > -4096 ? NULL : (void *)p;
}

static struct key none;

static void keys_clear(struct thread *t)
{
	memset(t->key, 0, sizeof(*t->key) * keys_room(t));
	t->nkeys = 0;
	for (unsigned i = 0; i < real_count(); i++)
		t->last[i] = &none;
}

/* All but the mappings that a block keeps: window, keys, engine's stack. Its chunk
 * of counters may have room: the next owner starts one of its own, so that ids
 * do not depend on which block it got. */
static void clear(struct thread *t)
{
	struct sb_chunk *window = log_events_end(t);
	char *stack = t->engine_stack;
	struct key *key = t->key;
	unsigned shift = t->key_shift;

	tape_forget(t);
	memset(t, 0, offsetof(struct thread, next));
	t->events = window;
	t->engine_stack = stack;
	t->key = key;
	t->key_shift = shift;
	keys_clear(t);
}

/* Under the lock. */
static struct thread *block(void)
{
	struct thread *t;

	for (t = all; t; t = t->next) {
		if (!gone(t))
			continue;
		clear(t);
		return t;
	}
	t = map(sizeof(*t) + real_count() * sizeof(t->last[0]));
	if (!t)
		return NULL;
	t->key = t->first_keys;
	t->key_shift = 64 - KEYS_FIRST_BITS;
	keys_clear(t);
	t->next = all;
	__atomic_store_n(&all, t, __ATOMIC_RELEASE);
	return t;
}

bool thread_more_keys(struct thread *t)
{
	const struct key *old = t->key;
	size_t n = keys_room(t);
	struct key *key;

	if (n >= 1u << KEYS_LAST_BITS)
		return false;
	key = map(sizeof(*key) * n * 4);
	if (!key)
		return false;
	/* The old table stays: a call that a handler interrupted holds a
	 * pointer into it. */
	t->key_shift -= 2;
	t->key = key;
	t->nkeys = 0;
	for (size_t i = 0; i < n; i++)
		if (old[i].ra > KEY_GONE) {
			*key_find(t, old[i].ra, old[i].fa, old[i].id) = old[i];
			t->nkeys++;
		}
	return true;
}

void threads_forget_code(uintptr_t start, uintptr_t end)
{
	for (struct thread *t = all; t; t = t->next) {
		/* Older tables are only reached from here. */
		for (unsigned i = 0; i < real_count(); i++)
			if (t->last[i]->ra >= start && t->last[i]->ra < end)
				t->last[i] = &none;
		for (unsigned i = 0; i < keys_room(t); i++)
			if (t->key[i].ra >= start && t->key[i].ra < end)
				t->key[i].ra = KEY_GONE;
	}
}

static void follow_name(struct thread *t)
{
	uint64_t lineage = mix64(process.lineage, t->lineage);

	t->mark = (uint16_t)(1 + t->lineage % (LTIME_STEP - 1));
	t->stream.seed = config.seed;
	t->stream.lineage = mix64(lineage, config.generation);
}

struct thread *thread_new(struct thread *parent)
{
	uint64_t mask = engine_lock();
	struct thread *t = block();

	if (t) {
		uint64_t n = parent ? ++parent->threads : ++adopted;

		t->lineage = lineage_thread(t->path, sizeof(t->path),
					    parent ? parent->path : "raw",
					    parent ? parent->lineage : 0, n);
		t->clock = parent ? parent->clock : config.clock;
		t->prng.seed = (uint32_t)mix64(
			parent ? parent->prng.seed : 1, t->lineage);
		follow_name(t);
		process.shared = true;
	}
	engine_unlock(mask);
	return t;
}

void thread_drop(struct thread *t)
{
	t->joinable = false;
	__atomic_store_n(&t->ended, true, __ATOMIC_RELEASE);
}

struct thread *thread_find(pthread_t handle)
{
	for (struct thread *t = thread_first(); t; t = t->next)
		if (t->joinable && t->handle == handle)
			return t;
	return NULL;
}

/* A handle names the next thread once it is free: whoever had it before has
 * retired. */
struct thread *thread_alive(pthread_t handle)
{
	for (struct thread *t = thread_first(); t; t = t->next)
		if (handle && t->handle == handle && !t->retired && !t->ended)
			return t;
	return NULL;
}

void thread_name(struct thread *t)
{
	unsigned n = (unsigned)strlen(t->path) + 1;
	struct sb_thread *r;

	if (t->id)
		return;
	r = log_record(SB_THREAD, (unsigned)sizeof(*r) + n);
	if (!r)
		return;
	t->id = r->head.id;
	if (t->events) /* the window of the block's owner before */
		t->events->thread = t->id;
	r->lineage = t->lineage;
	memcpy(r->path, t->path, n);
	log_publish(r, SB_THREAD);
}

void thread_enter(struct thread *t)
{
	t->tid = (int)sys0(SYS_gettid);
	thread_me = t;
}

struct thread *thread_adopt(void)
{
	struct thread *t;
	uint64_t mask;

	mask = engine_lock();
	t = all ? NULL : block();
	engine_unlock(mask);
	if (!t) {
		t = thread_new(NULL);
		if (t) /* where its stack begins is not known: its places
			* are its own */
			t->entry = (uintptr_t)t;
	} else {
		t->first = true;
		t->children = config.children;
		memcpy(t->path, "0", 2);
		t->lineage = lineage_root(t->path);
		t->clock = config.clock;
		t->prng.seed = 1;
		follow_name(t);
	}
	if (t)
		thread_enter(t);
	return t;
}

void thread_forked(void)
{
	struct thread *self = thread_me;

	for (struct thread *t = all; t; t = t->next) {
		t->events = NULL; /* the parent's */
		tape_forget(t);
		if (t == self)
			continue;
		t->joinable = false;
		t->ended = true;
	}
	if (!self)
		return;
	keys_clear(self);
	memset(self->index, 0, sizeof(self->index));
	self->writing = 0;
	self->busy = false;
	self->counters = NULL;
	self->children = 0;
	self->threads = 0;
	self->id = 0;
	follow_name(self);
	self->tid = (int)sys0(SYS_gettid);
}

struct thread *thread_first(void)
{
	return __atomic_load_n(&all, __ATOMIC_ACQUIRE);
}

uint64_t thread_highest(void)
{
	uint64_t highest = 0;

	for (struct thread *t = thread_first(); t; t = t->next)
		if (!t->retired && !t->ended && t->clock > highest)
			highest = t->clock;
	return highest;
}
