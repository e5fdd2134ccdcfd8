/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "log.h"
#include "module.h"
#include "python.h"
#include "real.h"
#include "stack.h"
#include "text.h"
#include "banned.h"

static bool guards_keys(const struct source *s)
{
	return !strcmp(s->group, "entropy") || !strcmp(s->group, "clock") ||
	       !strcmp(s->group, "random_device");
}

/*
 * What is known of a place in the code, for every thread that comes to it the
 * same way. Threads that are made for one piece of work each would otherwise
 * walk their stacks anew.
 */
struct place {
	uint64_t hash; /* 0: free */
	uint32_t site;
	uint8_t policy;
	bool crypto, ask;
};
#define PLACES 8192 /* a power of two */
static struct place places[PLACES];
static unsigned nplaces;

void call_forget(void)
{
	memset(places, 0, sizeof(places));
	nplaces = 0;
}

static uint64_t place_hash(const struct thread *self,
			   const struct source *source, uintptr_t ra,
			   uintptr_t fa, bool secret)
{
	uint64_t hash = digest_word(source->index + (secret ? KEY_SECRET : 0),
				    ra);

	hash = digest_word(hash, self->base - fa);
	return digest_word(hash, self->entry) | 1;
}

/* NULL: not been there, or no room to remember it. */
static struct place *place_find(uint64_t hash, bool make)
{
	unsigned i = hash % PLACES;

	for (; places[i].hash; i = (i + 1) % PLACES)
		if (places[i].hash == hash)
			return &places[i];
	if (!make || nplaces > PLACES * 3 / 4)
		return NULL;
	nplaces++;
	places[i].hash = hash;
	return &places[i];
}

/* What this caller gets, and where it stands. Under the lock. */
static void describe(struct place *p, const struct source *source,
		     uintptr_t ra, bool secret)
{
	struct module *m = module_of(ra);

	if (m)
		module_classify(m);
	p->policy = source->now;
	p->site = stack_site(ra);
	if (!guards_keys(source))
		return;
	p->ask = m && m->python && strcmp(source->group, "clock");
	p->crypto = secret || (m && m->crypto);
	if (p->crypto && p->policy == SB_FORCE && !config.crypto_force)
		p->policy = SB_OBSERVE;
}

static void fill(struct thread *self, struct key *k, const struct place *p)
{
	struct sb_counter *n;

	k->policy = p->policy;
	k->crypto = p->crypto && !config.crypto_force;
	thread_name(self);
	n = log_counter(self, &k->counter_id);
	if (!n)
		return;
	n->source = k->id & (KEY_ASK - 1);
	n->site = p->site;
	n->thread = self->id;
	n->policy = p->policy |
		    (p->crypto && p->policy != SB_FORCE ? SB_CRYPTO : 0);
	__atomic_store_n(&n->type, 1, __ATOMIC_RELEASE);
	k->counter = n;
}

static struct place look(struct thread *self, const struct source *source,
			 uintptr_t ra, uintptr_t fa, bool secret)
{
	uint64_t hash = place_hash(self, source, ra, fa, secret);
	struct place *known = place_find(hash, false);
	struct place p = { .hash = hash };

	if (known)
		return *known;
	describe(&p, source, ra, secret);
	known = place_find(hash, true);
	if (known)
		*known = p;
	return p;
}

static struct key *known_key(struct thread *self, const struct source *source,
			     uintptr_t ra, uintptr_t fa, bool secret)
{
	struct key *k;

	if (secret)
		k = key_find(self, ra, fa, source->index | KEY_SECRET);
	else
		k = key_find(self, ra, fa, source->index);
	if (!k->ra && !secret)
		k = key_find(self, ra, fa, source->index | KEY_ASK);
	return k->ra ? k : NULL;
}

static bool room_for_key(struct thread *self)
{
	return self->nkeys < keys_room(self) * 3 / 4 ||
	       thread_more_keys(self);
}

/* A call from a place where this thread has not been. */
struct visit {
	struct thread *self;
	const struct source *source;
	uintptr_t ra, fa;
	bool secret;
	struct key *key; /* NULL: no room */
};

static struct key *make_key(const struct visit *v, uintptr_t fa)
{
	struct place p = look(v->self, v->source, v->ra, fa, v->secret);
	struct key made = { .ra = v->ra, .fa = fa, .id = v->source->index };
	struct key *k;

	if (v->secret)
		made.id |= KEY_SECRET;
	else if (p.ask)
		made.id |= KEY_ASK;
	fill(v->self, &made, &p);
	k = key_find(v->self, v->ra, fa, made.id);
	*k = made;
	v->self->nkeys++;
	return k;
}

static void receive(void *arg)
{
	struct visit *v = arg;
	uintptr_t fa = v->fa;

	/* A signal handler may have come first. */
	v->key = known_key(v->self, v->source, v->ra, fa, v->secret);
	if (!v->key && !room_for_key(v->self)) {
		/* Many frames for one caller (recursion, alloca): merged. */
		log_flag(SB_KEYS_FULL);
		fa = 0;
		v->key = known_key(v->self, v->source, v->ra, fa, v->secret);
	}
	if (!v->key && v->self->nkeys < keys_room(v->self) - 2)
		v->key = make_key(v, fa);
}

static struct key *key_for(struct thread *self, const struct source *source,
			   uintptr_t ra, uintptr_t fa, bool secret)
{
	struct visit v = { self, source, ra, fa, secret,
			   known_key(self, source, ra, fa, secret) };
	uint64_t mask;

	if (v.key)
		return v.key;
	mask = engine_lock();
	self->busy = true;
	stack_capture();
	stack_call(self, receive, &v);
	self->busy = false;
	engine_unlock(mask);
	return v.key;
}

void call_blind(const char *kind, const struct source *source,
		const char *text)
{
	uint64_t mask = engine_lock();
	char said[128];
	struct text t = text_start(said, sizeof(said));

	text_add(&t, source->name);
	text_add(&t, text);
	log_blind(kind, said);
	engine_unlock(mask);
}

/* Ready to serve: bound, alive in this process, with a block of its own. */
static struct thread *enter(struct source *source, uintptr_t ra)
{
	struct thread *self;

	bool bound = !source->real || *source->real ||
		     real_late(source, (void *)ra);

	if (!alive.yes && process.active)
		process_fork_raw();
	if (!alive.yes)
		return NULL;
	if (!bound)
		call_blind("not-bound", source,
			   " was called and has no definition behind ours");
	self = thread_me;
	return self ? self : thread_adopt();
}

/* Served by this policy, and not counted. */
static struct call uncounted(struct thread *self, enum sb_policy policy)
{
	static struct key none[] = { [SB_PASS] = { .policy = SB_PASS },
				     [SB_OBSERVE] = { .policy = SB_OBSERVE },
				     [SB_FORCE] = { .policy = SB_FORCE } };

	return (struct call){ self, &none[policy] };
}

/* A place of a source that is not its last one, as in a loop with two. */
static struct key *been_there(struct thread *self, const struct source *source,
			      uintptr_t ra, uintptr_t fa)
{
	struct key *k;

	if (!self || !alive.yes)
		return NULL;
	k = key_find(self, ra, fa, source->index);
	return k->ra ? k : NULL;
}

struct call call_slow(struct source *source, uintptr_t ra, uintptr_t fa)
{
	struct thread *self = thread_me;
	struct key *k = been_there(self, source, ra, fa);
	int saved;

	if (k) {
		self->last[source->index] = k;
		return (struct call){ self, k };
	}
	saved = errno;
	self = enter(source, ra);
	errno = saved;
	if (!self)
		return uncounted(NULL, SB_PASS);
	if (self->busy)
		/* libunwind made the loader allocate, and the allocator asks
		 * for the time: its value, without an event. */
		return uncounted(self, strcmp(source->group, "clock")
					       ? SB_OBSERVE : source->now);
	k = key_for(self, source, ra, fa, false);
	if (k && k->id & KEY_ASK && python_crypto((void *)ra))
		k = key_for(self, source, ra, fa, true);
	errno = saved;
	if (k)
		return (struct call){ self, k };
	/* No room to count it; a crypto caller still gets the real thing, so
	 * does everyone that cannot be told from one. */
	log_dropped();
	return uncounted(self, guards_keys(source) ? SB_OBSERVE : source->now);
}

static bool window(struct thread *self)
{
	uint64_t mask = engine_lock();
	struct sb_chunk *w = log_events(self);

	engine_unlock(mask);
	return w;
}

void call_event(struct thread *self, const struct key *key, uint64_t value,
		uint64_t length)
{
	struct sb_chunk *w;
	struct sb_event *e;
	uint64_t at;

	self->writing++;
	for (;;) {
		w = self->events;
		if (w) {
			at = local_add(&w->used, sizeof(*e));
			if (at + sizeof(*e) <= w->size - sizeof(*w))
				break;
		}
		self->writing--;
		if (self->busy || !window(self)) {
			log_dropped();
			return;
		}
		self->writing++;
	}
	e = (struct sb_event *)((char *)(w + 1) + at);
	e->counter = key->counter_id;
	e->source = key->id & (KEY_ASK - 1);
	e->value = value;
	e->length = length;
	e->clock = config.audit ? 0 : self->clock;
	__atomic_store_n(&e->type, 1, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	self->writing--;
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
