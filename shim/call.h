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

#include "bound.h"
#include "config.h"
#include "process.h"
#include "real.h"
#include "source.h"
#include "stream.h"
#include "sys.h"
#include "thread.h"

#define EXPORT __attribute__((visibility("default"))) __attribute__((noinline))

/* Another name that libc has for the same function; in the same file. */
#define ALIAS(other, fn) \
	__asm__(".globl " #other "\n\t.set " #other ", " #fn)

struct call {
	struct thread *self;
	struct key *key; /* never NULL; without a counter: no event */
};

/* First call of a thread or from a place, a Python caller, a passive shim. By
 * value: what the hot path keeps in registers must not have an address. */
struct call call_slow(struct source *source, uintptr_t ra, uintptr_t fa);
void call_event(struct thread *self, const struct key *key, uint64_t value,
		uint64_t length);
void call_forget(void); /* in a forked child */
/* Writes down a blind spot: the source's name, then the text. */
void call_blind(const char *kind, const struct source *source,
		const char *text);

static inline enum sb_policy call_begin(struct call *c, struct source *source,
					void *ret, void *frame)
{
	uintptr_t ra = (uintptr_t)ret, fa = (uintptr_t)frame;
	struct thread *self = thread_me;

	if (__builtin_expect(self && alive.yes, 1)) {
		struct key *k = self->last[source->index];

		if (__builtin_expect(k->ra == ra && k->fa == fa, 1)) {
			*c = (struct call){ self, k };
			return k->policy;
		}
	}
	*c = call_slow(source, ra, fa);
	return c->key->policy;
}

/* One instruction a word: a handler of the same thread may come between two,
 * not within. */
static inline void call_end(struct call *c, uint64_t value, uint64_t length)
{
	struct key *k = c->key;
	struct sb_counter *n = k->counter;

	if (__builtin_expect(!n, 0))
		return;
	if (__builtin_expect(k->crypto, 0)) {
		value = 0;
	} else {
		n->digest = digest_word(n->digest, value);
		if (__builtin_expect(n->count < 3, 0))
			n->first[n->count] = value;
	}
	local_inc(&n->bytes, length);
	local_inc(&n->count, 1);
	if (__builtin_expect(config.trace_full, 0))
		call_event(c->self, k, value, length);
}

/* The same for a call whose operands were looked at: digests of what it read
 * and of what it wrote. */
void call_end_detail(struct call *c, uint64_t value, uint64_t length,
		     uint64_t read, uint64_t written);

/* The place of a hook's caller: only within the hook itself. */
#define CALLER __builtin_return_address(0), __builtin_frame_address(0)
#define CALL(c, id) call_begin(c, &src_##id, CALLER)

/*
 * Who called the hook of this frame. What we called may have jumped on to it,
 * as libcrypto's RAND_bytes does to RAND_bytes_ex: then it is who called us
 * first. Our own frames have frame pointers. A thunk called for a definition
 * that was looked up: then it is this one.
 */
static inline void *call_from(void *ret, void *frame)
{
	while (ours((uintptr_t)ret)) {
		frame = *(void **)frame;
		if (bound_call(ret))
			return ((void **)frame)[-1];
		ret = ((void **)frame)[1];
	}
	return ret;
}

/* The function behind a hook of an optional library's, for this caller. */
#define REAL_HERE(id)                                                          \
	((__typeof__(real_##id))real_from(                                     \
		&src_##id, call_from(__builtin_return_address(0),              \
				     __builtin_frame_address(0))))

/* Bytes of the calling thread's stream of this number (enum stream_id). */
enum stream_id {
	STREAM_ENTROPY,
	STREAM_RANDOM_DEVICE,
	STREAM_MEMORY,
	STREAM_UUID,
	STREAM_FORTRAN,
	STREAM_TEMP,
};
void call_draw(struct thread *self, enum stream_id id, void *buf, size_t len);

#endif
