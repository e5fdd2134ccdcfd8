/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "deny.h"
#include "log.h"
#include "module.h"
#include "python.h"
#include "real.h"
#include "rule.h"
#include "stack.h"
#include "tape.h"
#include "text.h"
#include "banned.h"

/* Its values may be keys, or make some. */
static bool guards_keys(const struct source *s)
{
	return s->keys || s->written || !strcmp(s->group, "entropy") ||
	       !strcmp(s->group, "clock") || !strcmp(s->group, "uuid") ||
	       !strcmp(s->group, "random_device");
}

/* What a caller is asked for, beyond its return address and frame. */
#define ASK_PYTHON 1u /* its line */
#define ASK_TAKE 2u   /* the interpreter's lock, where it does not hold it */
#define ASK_STACK 4u  /* all of it, as rules want to know */
#define ASK_IMPORT 8u /* its line, also where it imports */
#define ASK_LINES 16u /* lines further out too tell places apart */

#define PYTHON_DEEPEST 64 /* frames that rules are asked of */

/*
 * What is known of a place in the code, for every thread that comes to it the
 * same way. Threads that are made for one piece of work each would otherwise
 * walk their stacks anew.
 */
struct place {
	uint64_t hash; /* 0: free */
	uint32_t site;
	uint8_t policy;
	uint8_t ask; /* ASK_…: nothing else is known of it */
	bool crypto;
	bool aside; /* passes, and is not counted */
	uint16_t suppression; /* line of the rule that lets it pass */
};
#define PLACES 8192 /* a power of two */
static struct place places[PLACES];
static unsigned nplaces;

void call_forget(void)
{
	memset(places, 0, sizeof(places));
	nplaces = 0;
}

/* A call from a place where this thread has not been. */
struct visit {
	struct thread *self;
	const struct source *source;
	uintptr_t ra, fa;
	uint64_t more;	/* an answer: what else tells the place from others */
	unsigned kind;	/* KEY_ANSWERED, KEY_SECRET */
	const struct line *line; /* of Python code, innermost first */
	unsigned lines;
	bool interpreter; /* a rule's caller (rule.h) */
	struct key *key; /* NULL: no room */
};

/* m: an address may be another object's later. */
static uint64_t place_hash(const struct visit *v, const struct module *m)
{
	/* Each word on its own: digest_word(index, ra) would be the same for
	 * another source that is called a few bytes further on. */
	uint64_t hash = digest_word(0, v->source->index | v->kind);

	hash = digest_word(hash, v->ra);
	hash = digest_word(hash, (uintptr_t)m);
	hash = digest_word(hash, v->self->base - v->fa);
	hash = digest_word(hash, v->more);
	return digest_word(hash, v->self->entry) | 1;
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

/* The numbers themselves, which a key is made of. */
static bool gives_keys(const struct source *s)
{
	return guards_keys(s) && strcmp(s->group, "clock") && !s->written;
}

/*
 * What there is to be asked at each call from there. The interpreter's own code
 * and extension modules can be asked for their line; in a signal handler that
 * would come in the middle of anything. An interpreter loads everything from
 * one place.
 */
static unsigned questions(const struct visit *v, const struct module *m,
			  const struct stack *stack)
{
	unsigned ask = v->source->exact ? ASK_STACK : 0;

	/* PyTorch gives the lock away around its operations, and takes it
	 * within them wherever a tensor dies or a hook of Python's is due: it
	 * holds nothing then that somebody with the lock waits for. Seeding
	 * holds the lock, in a second interpreter for a thread that the first
	 * one knows by another name: to take it would never end. */
	if (v->source->lines && python_met() && !stack->handler)
		return ask | ASK_PYTHON | ASK_LINES |
		       (v->source->seeding ? 0 : ASK_TAKE);
	if (!m || !(m->python || m->extension) ||
	    !strcmp(v->source->group, "loader"))
		return ask;
	/* os.urandom gives the lock away around its system call. */
	if (m->python && gives_keys(v->source))
		return ask | ASK_PYTHON | ASK_TAKE;
	if (stack->handler)
		return ask;
	/* At each write it costs a wait for threads that compute. */
	if (m->python && v->source->unlocked && config.trace_wanted)
		return ask | ASK_PYTHON | ASK_TAKE;
	/* Importing takes the interpreter's locks, whose limits it computes,
	 * from so many places that their lines would be most of a log. */
	return ask | ASK_PYTHON | (m->extension ? ASK_IMPORT : 0);
}

static bool is_denied(const struct visit *v, const struct stack *stack,
		      uint16_t *suppression)
{
	struct caller caller = { stack, v->line, v->lines, v->interpreter };

	return rules_deny(v->source, &caller, suppression);
}

/*
 * MPI's own libraries wait for messages and look at clocks as long as messages
 * take: forced, they would move the thread's clock by another amount each time,
 * and counted, hide the program's own calls. They are no part of the program;
 * what they call back (a reduction's operation) is. Names of threads and
 * processes follow from who makes them, whoever that is; so does what is loaded.
 */
static bool carries_messages(const struct source *source,
			     const struct stack *stack)
{
	if (!strcmp(source->group, "mpi") || !strcmp(source->group, "thread") ||
	    !strcmp(source->group, "process") ||
	    !strcmp(source->group, "loader"))
		return false;
	for (int i = 0; i < stack->n; i++) {
		struct module *m = stack->module[i];
		enum module_part part = m ? module_part(m) : PART_OTHER;

		if (part != PART_OTHER)
			return part == PART_MESSAGES;
	}
	return false;
}

/* What this caller gets, and where it stands. Under the lock. */
static void describe(struct place *p, const struct visit *v, struct module *m)
{
	const struct source *source = v->source;
	const struct stack *stack = stack_walk(
		v->ra, source->exact ? STACK_DEEPEST : STACK_DEPTH);

	p->aside = carries_messages(source, stack);
	if (p->aside)
		return;
	if (m)
		module_classify(m);
	if (!(v->kind & KEY_ANSWERED))
		p->ask = (uint8_t)questions(v, m, stack);
	if (p->ask)
		return;
	p->policy = source->now;
	p->site = stack_site(stack, v->line, v->lines);
	if (guards_keys(source))
		p->crypto = source->keys || v->kind & KEY_SECRET ||
			    (m && m->crypto) ||
			    (m && m->go && gives_keys(source));
	if (p->crypto && p->policy == SB_FORCE && !config.crypto_force)
		p->policy = SB_OBSERVE;
	if (source->denied && is_denied(v, stack, &p->suppression))
		p->policy = SB_DENY;
}

static void fill(struct thread *self, struct key *k, const struct place *p)
{
	struct sb_counter *n;

	k->policy = p->aside ? SB_PASS : p->policy;
	if (p->aside)
		return;
	k->crypto = p->crypto && !config.crypto_force;
	thread_name(self);
	log_source(real_row(k->id & KEY_SOURCE));
	n = log_counter(self, &k->counter_id);
	if (!n)
		return;
	n->source = k->id & KEY_SOURCE;
	n->site = p->site;
	n->thread = self->id;
	n->policy = p->policy |
		    (p->crypto && p->policy != SB_FORCE ? SB_CRYPTO : 0) |
		    (uint32_t)p->suppression << SB_SUPPRESSION;
	__atomic_store_n(&n->type, 1, __ATOMIC_RELEASE);
	k->counter = n;
}

static struct place look(const struct visit *v)
{
	struct module *m = module_of(v->ra);
	uint64_t hash = place_hash(v, m);
	struct place *known = place_find(hash, false);
	struct place p = { .hash = hash };

	if (known)
		return *known;
	describe(&p, v, m);
	known = place_find(hash, true);
	if (known)
		*known = p;
	return p;
}

static struct key *key_of(const struct visit *v, unsigned kind)
{
	struct key *k = key_find(v->self, v->ra, v->fa ^ v->more,
				 v->source->index | kind);

	return k->ra ? k : NULL;
}

static struct key *known_key(const struct visit *v)
{
	struct key *k = key_of(v, v->kind);

	return k || v->kind ? k : key_of(v, KEY_ASK);
}

/* Keys that are kept for seeds: a library may call other sources from more
 * places than there is room for, as those of CUDA do when they are loaded. */
#define SPARE 512

static unsigned taken(const struct thread *self, const struct source *source)
{
	bool last = keys_room(self) == 1u << KEYS_LAST_BITS;

	return self->nkeys + (last && !source->seeding ? SPARE : 0);
}

/* Writes leave half of it to sources: recursive printers would take all. */
static bool room_for_key(struct thread *self, const struct source *source)
{
	if (source->written && self->nkeys >= 1u << (KEYS_LAST_BITS - 1))
		return false;
	return taken(self, source) < keys_room(self) * 3 / 4 ||
	       thread_more_keys(self);
}

static struct key *make_key(const struct visit *v, const struct place *p)
{
	struct key made = { .ra = v->ra, .fa = v->fa ^ v->more };
	struct key *k;

	made.id = (uint16_t)(v->source->index |
			     (p->ask ? KEY_ASK : v->kind));
	if (p->ask)
		made.policy = p->ask;
	else
		fill(v->self, &made, p);
	k = key_free(v->self, made.ra, made.fa, made.id);
	v->self->nkeys += !k->ra;
	*k = made;
	return k;
}

/* Makes the event, for which there is no later. */
static void denied(const struct visit *v, const struct place *p)
{
	struct thread *self = v->self;
	struct call c = { self, v->key };

	if (v->key && config.trace_full)
		log_events(self);
	if (v->key)
		call_end(&c, 0, 0);
	deny(v->source, self, p->site, v->ra, v->line, v->lines);
}

/* Many frames for one caller (recursion, alloca): merged. But not where a
 * rule would see a difference. */
static void merge(struct visit *v)
{
	if (!v->source->written)
		log_flag(SB_KEYS_FULL);
	v->fa = 0;
	v->more = 0;
	v->key = known_key(v);
}

static void receive(void *arg)
{
	struct visit *v = arg;
	struct place p;
	bool room;

	if (v->source->exact && v->kind)
		v->more = stack_digest(v->ra, v->more);
	/* A signal handler may have come first. */
	v->key = known_key(v);
	room = v->key || room_for_key(v->self, v->source);
	if (!room && !v->source->denied)
		merge(v);
	if (v->key)
		return;
	p = look(v);
	if (room || taken(v->self, v->source) < keys_room(v->self) - 2)
		v->key = make_key(v, &p);
	if (p.policy == SB_DENY && !p.ask)
		denied(v, &p);
}

static struct key *key_for(struct visit *v)
{
	bool exact = v->source->exact && v->kind;
	uint64_t mask;

	v->key = exact ? NULL : known_key(v);
	if (v->key)
		return v->key;
	mask = engine_lock();
	v->self->busy = true;
	stack_capture();
	stack_call(v->self, receive, v);
	v->self->busy = false;
	engine_unlock(mask);
	return v->key;
}

static uint64_t stands(unsigned what)
{
	return what & ASK_LINES ? python_stack(SB_LINES)
				: python_where(what & ASK_IMPORT);
}

/* Where Python stands, and its lines, once from each place. Only code that is
 * held can be known again. */
static void find_lines(struct visit *v, struct line *line, unsigned what)
{
	if (what & ASK_STACK) {
		v->more = python_stack(UINT32_MAX);
		v->lines = python_lines(line, PYTHON_DEEPEST);
		return;
	}
	v->more = stands(what);
	if (!v->more || known_key(v))
		return;
	v->lines = python_lines(line, SB_LINES);
	if (!v->lines)
		log_flag(SB_KEYS_FULL);
	v->more = v->lines ? stands(what) : 0;
	if (!v->more)
		v->lines = 0;
}

static void ask_python(struct visit *v, struct line *line, unsigned what)
{
	struct python p;

	if (v->self->asking)
		return;
	v->self->asking = true;
	if (python_begin(&p, (void *)v->ra, what & ASK_TAKE)) {
		if (gives_keys(v->source) && python_secret())
			v->kind |= KEY_SECRET;
		find_lines(v, line, what);
		v->interpreter = what & ASK_STACK && python_own();
		python_end(&p);
	} else {
		v->interpreter = what & ASK_STACK && python_down();
	}
	v->self->asking = false;
}

static struct key *ask(struct visit *v, unsigned what)
{
	struct line line[PYTHON_DEEPEST];

	v->kind = KEY_ANSWERED;
	v->line = line;
	if (what & ASK_PYTHON)
		ask_python(v, line, what);
	v->more += v->interpreter;
	return key_for(v);
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
static struct thread *enter(struct source *source, uintptr_t ra, uintptr_t fa)
{
	struct thread *self;
	bool bound = !source->real || *source->real ||
		     real_from(source, call_from((void *)ra, (void *)fa));

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
	struct visit v = { .self = self, .source = source, .ra = ra,
			   .fa = fa };

	return self && alive.yes ? known_key(&v) : NULL;
}

/* The key of a call; NULL: there is no room to count it. */
static struct key *find_key(struct thread *self, const struct source *source,
			    uintptr_t ra, uintptr_t fa, struct key *been)
{
	struct visit v = { .self = self, .source = source, .ra = ra,
			   .fa = fa };
	struct key *k = been ? been : key_for(&v);

	return k && k->id & KEY_ASK ? ask(&v, k->policy) : k;
}

/* A recording says with each value whose it was: all calls come here that may
 * have one. */
static void remember(struct thread *self, const struct source *source,
		     struct key *k)
{
	if (config.tape && !source->untaped)
		self->at = k;
	else
		self->last[source->index] = k;
}

struct call call_slow(struct source *source, uintptr_t ra, uintptr_t fa)
{
	struct thread *self = thread_me;
	struct key *k = been_there(self, source, ra, fa);
	int saved;

	if (k && !(k->id & KEY_ASK)) {
		remember(self, source, k);
		return (struct call){ self, k };
	}
	saved = errno;
	if (!k)
		self = enter(source, ra, fa);
	errno = saved;
	if (!self)
		return uncounted(NULL, SB_PASS);
	if (self->busy || self->asking)
		/* libunwind made the loader allocate, and the allocator asks
		 * for the time: its value, without an event. */
		return uncounted(self, strcmp(source->group, "clock")
					       ? SB_OBSERVE : source->now);
	k = find_key(self, source, ra, fa, k);
	errno = saved;
	self->at = k;
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

static void event(struct thread *self, const struct key *key, unsigned type,
		  uint64_t value, uint64_t length)
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
	e->source = key->id & KEY_SOURCE;
	e->value = value;
	e->length = length;
	e->clock = config.audit ? 0 : self->clock;
	__atomic_store_n(&e->type, (uint16_t)type, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	self->writing--;
}

void call_event(struct thread *self, const struct key *key, uint64_t value,
		uint64_t length)
{
	event(self, key, SB_EVENT, value, length);
}

void call_end_detail(struct call *c, uint64_t value, uint64_t length,
		     uint64_t read, uint64_t written)
{
	struct sb_counter *n = c->key->counter;

	call_end(c, value, length);
	if (!n)
		return;
	n->digest = digest_word(digest_word(n->digest, read), written);
	if (config.trace_full)
		event(c->self, c->key, SB_DETAIL, read, written);
}

void call_draw(struct thread *self, enum stream_id id, void *buf, size_t len)
{
	uint64_t block[4];
	char *p = buf;

	if (id != STREAM_MEMORY) /* drawn at every start: not the program's */
		process.drawn = true;
	if (config.tape && tape_draw(self, id, buf, len))
		return;
	while (len) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		stream_block(&self->stream, id,
			     local_add(&self->index[id], 1), block);
		memcpy(p, block, n);
		p += n;
		len -= n;
	}
}
