/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "log.h"
#include "module.h"
#include "python.h"
#include "real.h"
#include "stack.h"
#include "banned.h"

#define SECRET 0x8000u /* key of a Python caller that draws keys */

/* The slot for (ra, fa, source): its own, or the free one where it belongs. */
static struct key *slot(struct thread *self, uintptr_t ra, uintptr_t fa,
			unsigned source)
{
	unsigned i = key_slot(ra, fa, source);

	while (self->key[i].ra &&
	       !(self->key[i].ra == ra && self->key[i].fa == fa &&
		 self->key[i].source == source))
		i = (i + 1) & (KEYS - 1);
	return &self->key[i];
}

static bool guards_keys(const struct source *s)
{
	return !strcmp(s->group, "entropy") || !strcmp(s->group, "clock") ||
	       !strcmp(s->group, "random_device");
}

/* What this caller gets, and in whose name it is counted. Under the lock. */
static void describe(struct thread *self, struct key *k,
		     const struct source *source, bool secret)
{
	struct module *m = module_of(k->ra);
	struct sb_counter *n;

	if (m)
		module_classify(m);
	k->policy = source->now;
	if (guards_keys(source)) {
		if (m && m->python && strcmp(source->group, "clock"))
			k->flags |= KEY_PYTHON;
		if (secret || (m && m->crypto))
			k->flags |= KEY_CRYPTO;
		if (k->flags & KEY_CRYPTO && k->policy == SB_FORCE &&
		    !config.crypto_force)
			k->policy = SB_OBSERVE;
	}
	n = log_counter(self, &k->counter_id);
	if (!n)
		return;
	n->source = source->index;
	n->site = stack_site(k->ra);
	n->thread = self->id;
	n->policy = k->policy |
		    (k->flags & KEY_CRYPTO && k->policy != SB_FORCE
			     ? SB_CRYPTO : 0);
	if (config.crypto_force)
		k->flags &= (uint8_t)~KEY_CRYPTO;
	__atomic_store_n(&n->type, 1, __ATOMIC_RELEASE);
	k->counter = n;
}

static struct key *key_for(struct thread *self, const struct source *source,
			   uintptr_t ra, uintptr_t fa, bool secret)
{
	unsigned id = source->index | (secret ? SECRET : 0);
	struct key *k = slot(self, ra, fa, id);
	uint64_t mask;

	if (k->ra)
		return k;
	/* Many frames for one caller (recursion, alloca): merge them. */
	if (self->nkeys > KEYS * 3 / 4 && fa) {
		log_flag(SB_KEYS_FULL);
		return key_for(self, source, ra, 0, secret);
	}
	if (self->nkeys >= KEYS - 2)
		return NULL;
	mask = engine_lock();
	self->busy = true;
	/* A signal handler may have come first. */
	k = slot(self, ra, fa, id);
	if (!k->ra) {
		struct key made = { .ra = ra, .fa = fa,
				    .source = (uint16_t)id };

		self->nkeys++;
		describe(self, &made, source, secret);
		*k = made;
	}
	self->busy = false;
	engine_unlock(mask);
	return k;
}

enum sb_policy call_slow(struct call *c, struct source *source, uintptr_t ra,
			 uintptr_t fa)
{
	struct thread *self = thread_me;
	int saved = errno;
	struct key *k;

	c->key = NULL;
	c->self = self;
	if (source->real && !*source->real)
		real_late(source, (void *)ra);
	if (!process.active) {
		errno = saved;
		return SB_PASS;
	}
	if (!self) {
		c->self = self = thread_adopt();
		if (!self) {
			errno = saved;
			return SB_PASS;
		}
		stack_warm(self);
	}
	if (self->busy) {
		/* libunwind made the loader allocate, and the allocator asks
		 * for the time: its value, without an event. */
		errno = saved;
		return strcmp(source->group, "clock") ? SB_OBSERVE
						      : source->now;
	}
	k = key_for(self, source, ra, fa, false);
	if (k && k->flags & KEY_PYTHON && python_crypto((void *)ra))
		k = key_for(self, source, ra, fa, true);
	if (!k) {
		/* No room to count it; a crypto caller still gets the real
		 * thing, so does everyone that cannot be told from one. */
		log_dropped();
		errno = saved;
		return guards_keys(source) ? SB_OBSERVE : source->now;
	}
	errno = saved;
	c->key = k;
	return k->policy;
}

void call_event(struct call *c, uint64_t value, uint64_t length)
{
	struct thread *self = c->self;
	struct sb_chunk *chunk = self->events;
	struct sb_event *e;
	uint64_t at;

	for (;;) {
		if (chunk) {
			at = local_add(&chunk->used, sizeof(*e));
			if (at + sizeof(*e) <= chunk->size - sizeof(*chunk))
				break;
			chunk->used = chunk->size - sizeof(*chunk);
		}
		uint64_t mask = engine_lock();

		chunk = log_events(self);
		engine_unlock(mask);
		if (!chunk) {
			log_dropped();
			return;
		}
	}
	e = (struct sb_event *)((char *)(chunk + 1) + at);
	e->counter = c->key->counter_id;
	e->source = c->key->source & (uint16_t)~SECRET;
	e->value = value;
	e->length = length;
	e->clock = config.audit ? 0 : self->clock;
	__atomic_store_n(&e->type, 1, __ATOMIC_RELEASE);
}

void call_draw(struct thread *self, enum stream_id id, void *buf, size_t len)
{
	uint64_t block[4];
	char *p = buf;

	if (id != STREAM_MEMORY) /* drawn at every start: not the program's */
		process.drawn = true;
	while (len) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		stream_block(&self->stream, id,
			     local_add(&self->index[id], 1), block);
		memcpy(p, block, n);
		p += n;
		len -= n;
	}
}
