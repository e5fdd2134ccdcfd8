/* SPDX-License-Identifier: MIT */
/*
 * One intercepted call. A hook is
 *
 *	EXPORT int rand(void)
 *	{
 *		struct call c;
 *		int n;
 *
 *		if (CALL(&c, rand) == SB_FORCE)
 *			n = prng_rand(c.self);
 *		else
 *			n = real_rand();
 *		call_end(&c, (uint64_t)n, 0);
 *		return n;
 *	}
 *
 * CALL says what to do: SB_FORCE a deterministic value; SB_OBSERVE or SB_PASS
 * the real thing. c.self is valid under SB_FORCE. call_end() makes the event
 * (none under SB_PASS) and leaves errno alone. Both are async-signal-safe.
 */
#ifndef SAMEBITS_CALL_H
#define SAMEBITS_CALL_H

#include "config.h"
#include "process.h"
#include "source.h"
#include "stream.h"
#include "sys.h"
#include "thread.h"

#define EXPORT __attribute__((visibility("default"))) __attribute__((noinline))

struct call {
	struct thread *self;
	struct key *key; /* NULL: no event */
};

/* Walks the stack and makes the key; async-signal-safe, keeps errno. */
struct key *call_key(struct thread *self, const struct source *source,
		     uintptr_t ra, uintptr_t fa);
/* First call of a thread, a python caller, a passive shim. */
enum sb_policy call_slow(struct call *c, struct source *source, uintptr_t ra,
			 uintptr_t fa);
void call_event(struct call *c, uint64_t value, uint64_t length);

static inline unsigned key_slot(uintptr_t ra, uintptr_t fa, unsigned source)
{
	uint64_t h = (ra ^ (fa << 20) ^ source) * 0x9e3779b97f4a7c15u;

	return (unsigned)(h >> 54); /* 10 bits: KEYS */
}

static inline enum sb_policy call_begin(struct call *c, struct source *source,
					void *ret, void *frame)
{
	uintptr_t ra = (uintptr_t)ret, fa = (uintptr_t)frame;
	struct thread *self = thread_me;

	if (__builtin_expect(self && process.active, 1)) {
		struct key *k =
			&self->key[key_slot(ra, fa, source->index)];

		if (__builtin_expect(k->ra == ra && k->fa == fa &&
				     k->source == source->index &&
				     !(k->flags & KEY_PYTHON), 1)) {
			c->self = self;
			c->key = k;
			return k->policy;
		}
	}
	return call_slow(c, source, ra, fa);
}

static inline void call_end(struct call *c, uint64_t value, uint64_t length)
{
	struct key *k = c->key;
	struct sb_counter *n;

	if (!k || !k->counter)
		return;
	n = k->counter;
	if (k->flags & KEY_CRYPTO)
		value = 0;
	else
		n->digest = digest_word(n->digest, value);
	if (__builtin_expect(n->count < 3, 0) && !(k->flags & KEY_CRYPTO))
		n->first[n->count] = value;
	n->bytes += length;
	local_add(&n->count, 1);
	if (__builtin_expect(config.trace_full, 0))
		call_event(c, value, length);
}

#define CALL(c, id)                                                            \
	call_begin(c, &src_##id, __builtin_return_address(0),                  \
		   __builtin_frame_address(0))

/* Bytes of the calling thread's stream of this number (enum stream_id). */
enum stream_id { STREAM_ENTROPY, STREAM_RANDOM_DEVICE, STREAM_MEMORY };
void call_draw(struct thread *self, enum stream_id id, void *buf, size_t len);

#endif
