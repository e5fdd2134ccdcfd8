/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "lineage.h"
#include "log.h"
#include "process.h"
#include "sys.h"
#include "thread.h"
#include "banned.h"

__thread struct thread *thread_me;

static struct thread *all; /* every block ever mapped in this process */
static uint64_t adopted;

static bool gone(const struct thread *t)
{
	return t->retired && !t->joinable &&
	       sys3(SYS_tgkill, process.pid, t->tid, 0) == -ESRCH;
}

/* Under the lock. */
static struct thread *block(void)
{
	struct thread *t;
	long p;

	for (t = all; t; t = t->next) {
		struct thread *next = t->next;

		if (!gone(t))
			continue;
		/* Its chunk of counters is not full yet: the next owner
		 * starts one of its own, as a counter names its thread. */
		memset(t, 0, sizeof(*t));
		t->next = next;
		return t;
	}
	p = sys6(SYS_mmap, NULL, sizeof(*t), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return NULL;
	t = (struct thread *)p;
	t->next = all;
	all = t;
	return t;
}

static void key_streams(struct thread *t)
{
	uint64_t lineage = mix64(process.lineage, t->lineage);

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
		key_streams(t);
		process.shared = true;
	}
	engine_unlock(mask);
	return t;
}

void thread_drop(struct thread *t)
{
	t->joinable = false;
	t->retired = true;
	t->tid = 0x7fffffff; /* no such thread */
}

struct thread *thread_find(pthread_t handle)
{
	for (struct thread *t = __atomic_load_n(&all, __ATOMIC_ACQUIRE); t;
	     t = t->next)
		if (t->joinable && t->handle == handle)
			return t;
	return NULL;
}

static void name(struct thread *t)
{
	unsigned n = (unsigned)strlen(t->path) + 1;
	struct sb_thread *r =
		log_record(SB_THREAD, (unsigned)sizeof(*r) + n);

	if (!r)
		return;
	t->id = r->head.id;
	r->lineage = t->lineage;
	memcpy(r->path, t->path, n);
	log_publish(r, SB_THREAD);
}

void thread_enter(struct thread *t)
{
	uint64_t mask = engine_lock();

	t->tid = (int)sys0(SYS_gettid);
	name(t);
	thread_me = t;
	engine_unlock(mask);
}

struct thread *thread_adopt(void)
{
	struct thread *t;
	uint64_t mask;

	if (process.board && process.slot == SB_SLOTS)
		return NULL;
	mask = engine_lock();
	t = all ? NULL : block();
	engine_unlock(mask);
	if (!t) {
		t = thread_new(NULL);
	} else {
		t->first = true;
		memcpy(t->path, "0", 2);
		t->lineage = lineage_root(t->path);
		t->clock = config.clock;
		t->prng.seed = 1;
		key_streams(t);
	}
	if (t)
		thread_enter(t);
	return t;
}

void thread_forked(void)
{
	struct thread *self = thread_me;

	for (struct thread *t = all; t; t = t->next) {
		if (t == self)
			continue;
		t->retired = true;
		t->joinable = false;
		t->tid = 0x7fffffff;
	}
	if (!self)
		return;
	memset(self->key, 0, sizeof(self->key));
	memset(self->index, 0, sizeof(self->index));
	self->nkeys = 0;
	self->counters = NULL;
	self->events = NULL;
	self->children = 0;
	self->threads = 0;
	key_streams(self);
	self->tid = (int)sys0(SYS_gettid);
	name(self);
}

uint64_t thread_highest(void)
{
	uint64_t highest = 0;

	/* Blocks are only ever added in front and never unmapped. */
	for (struct thread *t = __atomic_load_n(&all, __ATOMIC_ACQUIRE); t;
	     t = t->next)
		if (!t->retired && t->clock > highest)
			highest = t->clock;
	return highest;
}
