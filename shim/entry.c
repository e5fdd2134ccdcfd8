/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "entry.h"
#include "lapack.h"
#include "route.h"
#include "serve.h"
#include "shape.h"
#include "banned.h"

/* What entries.S does next. */
enum { JUMP, CALL_THROUGH /* to entry_leave() */, RETURN };
struct way {
	void *fn;
	uint64_t how;
};

struct way entry_enter(struct entry_frame *f, uint32_t number, void **frame);
void entry_leave(struct entry_frame *f, void **frame);

/* Some libraries return it through a first argument, as f2c does. */
static bool readable(const struct routine *r, const struct library *library,
		     uint32_t number)
{
	return r->kind != OTHER &&
	       !(library->odd && r->kind == DOT && is_complex(r) &&
		 !route_is_c(number));
}

/* The reference LAPACK, whatever the program has. */
static const struct library lapack_library = { .digest = 2,
					       .name = "liblapack" };

static bool is_ours(const struct library *library)
{
	return library == &serve_library || library == &lapack_library;
}

static void write_shape(const struct look *l, const struct routine *r,
			const struct shape *made,
			const struct library *library, int threads)
{
	char said[480];
	struct text t = text_start(said, sizeof(said));

	if (l->name) {
		text_add(&t, "routine=");
		text_add(&t, l->name);
		text_add(&t, " ");
	}
	signature_text(&t, l);
	if (threads > 0 && !is_ours(library)) {
		text_add(&t, "threads=");
		text_number(&t, (uint64_t)threads, 10, 1);
		text_add(&t, " ");
	}
	text_add(&t, library->name);
	if (!*library->name && t.at > said)
		t.at[-1] = 0;
	shape_note(r->row, made, said);
}

/* A shape that is not in the log so far. */
static __attribute__((noinline)) uint64_t meet(const struct call *c,
					       const struct look *l,
					       uint32_t number, uint64_t hash,
					       const struct library *library,
					       int threads)
{
	const struct routine *r = routine_of(number);
	struct shape made = { .hash = hash };
	struct operands o;

	operands_of(&o, l, r);
	made.work = operands_work(&o);
	if (library == &serve_library)
		serve_known(threads);
	else if (config.blas_same && !config.audit && !is_ours(library) &&
		 (route_is_blas(number) || route_is_lapack(number)) &&
		 !(l->name && c->key->policy == SB_FORCE))
		serve_left(r->row, r->row->served ? ": it is observed" : "");
	if (c->key->counter && !c->self->busy)
		write_shape(l, r, &made, library, threads);
	return made.work;
}

/* Of a call that is gone through: what it reads, now. */
static __attribute__((noinline)) struct way
go_through(struct entry_frame *f, const struct look *l, struct call *c,
	   const struct target *t, uint32_t number, uint64_t hash,
	   uint64_t work)
{
	const struct routine *r = routine_of(number);
	struct operands o;

	if (!readable(r, t->library, number)) {
		call_end(c, hash, work);
		return (struct way){ t->fn, JUMP };
	}
	operands_of(&o, l, r);
	operands_arrays(&o, l, r);
	f->call = *c;
	f->number = number;
	f->hash = hash;
	f->work = work;
	f->plan = l->plan;
	f->digest = operands_read(&o);
	return (struct way){ t->fn, CALL_THROUGH };
}

/* Digest of what came back in registers. */
static uint64_t returned(const struct entry_frame *f, const struct operands *o)
{
	uint64_t word[2] = { 0, 0 };
	bool twice = o->type == D || o->type == Z;
	unsigned what = operands_returns(o);

	/* C's complex ones return through a last argument. */
	if (what == 2 && route_is_c(f->number)) {
		memcpy(word, (const void *)f->reg[5], twice ? 16 : 8);
		what = 0;
	}
	switch (what) {
	case 1:
		memcpy(word, &f->result.xmm[0], twice ? 8 : 4);
		break;
	case 2: /* two floats in one register, or two of them */
		memcpy(word, &f->result.xmm[0], 8);
		if (twice)
			memcpy(word + 1, &f->result.xmm[2], 8);
		break;
	case 3:
		word[0] = (uint32_t)f->result.rax;
		break;
	case 4:
		memcpy(word, &f->result.xmm[0], 8);
		break;
	}
	return digest_word(word[0], word[1]);
}

/* Its place in the log, and the work that it stands for. */
static uint64_t shape_of(const struct call *c, const struct look *l,
			 uint32_t number, const struct library *library,
			 int threads, uint64_t *hash)
{
	uint64_t seed = number ^ library->digest;
	const struct shape *s;

	if (l->name)
		seed += digest_string(l->name);
	if (!is_ours(library)) /* results depend on them */
		seed ^= (uint64_t)threads << 32;
	*hash = shape_hash(l, seed);
	s = shape_place(*hash);
	return __builtin_expect(s->hash == *hash, 1)
		       ? s->work : meet(c, l, number, *hash, library, threads);
}

static void other_left(struct other *other, const struct source *row,
		       const char *why)
{
	char text[112];
	struct text t = text_start(text, sizeof(text));

	if (__atomic_exchange_n(&other->left, true, __ATOMIC_RELAXED))
		return;
	text_add(&t, ": ");
	text_add(&t, other->name);
	text_add(&t, " was left to the program's own library");
	text_add(&t, why);
	call_blind("blas", row, text);
}

/* --blas=same: to a LAPACK whose BLAS is ours; NULL: there is none. */
static void *lapack_of(const struct target *t, uint32_t number, const void *ra)
{
	static void *known[2][2048]; /* by row */
	bool wide = route_is_wide(number) || t->library->wide;
	const struct lapack_caller caller = { number, ra, t->fn };
	struct other *other = t->other;
	const char *why = "";
	void *fn;

	if (other)
		fn = lapack_find(other->name, wide, &caller, &other->same);
	else
		fn = lapack_find(t->row->name, wide, &caller,
				 &known[wide][t->row->index % 2048]);
	if (fn)
		return fn;
	if (!lapack_there(wide))
		why = wide ? ": install liblapack64-3" : ": install liblapack3";
	if (other)
		other_left(other, t->row, why);
	else
		serve_left(t->row, why);
	return NULL;
}

/* Computes it here. False: it stays with the program's library. */
static bool serve_call(struct entry_frame *f, const struct look *l,
		       struct call *c, const struct target *t, uint32_t number,
		       int threads)
{
	struct served s;
	uint64_t hash, work, read = 0;

	if (!serve_takes(&s, l, routine_of(number), number, t->library))
		return false;
	work = shape_of(c, l, number, &serve_library, threads, &hash);
	if (config.digest_blas)
		read = operands_read(&s.o);
	serve(&s, f, threads);
	f->number = number;
	if (config.digest_blas)
		call_end_detail(c, hash, work, read,
				digest_word(operands_written(&s.o),
					    returned(f, &s.o)));
	else
		call_end(c, hash, work);
	return true;
}

/* To where it would have gone. */
static inline struct way observe(struct entry_frame *f, const struct look *l,
				 struct call *c, const struct target *t,
				 uint32_t number, int threads)
{
	uint64_t hash;
	uint64_t work = shape_of(c, l, number, t->library, threads, &hash);

	if (__builtin_expect(config.digest_blas, 0))
		return go_through(f, l, c, t, number, hash, work);
	call_end(c, hash, work);
	return (struct way){ t->fn, JUMP };
}

static __attribute__((noinline)) struct way
force(struct entry_frame *f, const struct look *l, struct call *c,
      const struct target *t, uint32_t number, int threads)
{
	void *fn = NULL;
	uint64_t hash, work;

	if (route_is_lapack(number))
		fn = lapack_of(t, number, (const void *)l->stack[-1]);
	else if (serve_call(f, l, c, t, number, threads))
		return (struct way){ NULL, RETURN };
	if (!fn)
		return observe(f, l, c, t, number, threads);
	work = shape_of(c, l, number, &lapack_library, threads, &hash);
	call_end(c, hash, work);
	return (struct way){ fn, JUMP };
}

struct way entry_enter(struct entry_frame *f, uint32_t number, void **frame)
{
	struct target made;
	const struct target *t = route(&number, (uintptr_t)frame[1], &made);
	struct look l = { f, (const uint64_t *)(frame + 2), NULL, NULL };
	enum sb_policy policy = SB_PASS;
	struct call c;
	int threads;

	if (__atomic_load_n(&t->library, __ATOMIC_ACQUIRE))
		policy = call_begin(&c, t->row, frame[1], frame);
	if (policy == SB_PASS)
		return (struct way){ t->fn, JUMP };
	l.plan = t->plan;
	l.name = t->other ? t->other->name : NULL;
	threads = t->library->threads ? t->library->threads() : 0;
	if (__builtin_expect(policy == SB_FORCE, 0))
		return force(f, &l, &c, t, number, threads);
	return observe(f, &l, &c, t, number, threads);
}

void entry_leave(struct entry_frame *f, void **frame)
{
	const struct routine *r = routine_of(f->number);
	const struct look l = { f, (const uint64_t *)(frame + 2), f->plan,
				NULL };
	struct operands o;
	uint64_t written;

	operands_of(&o, &l, r);
	operands_arrays(&o, &l, r);
	written = digest_word(operands_written(&o), returned(f, &o));
	call_end_detail(&f->call, f->hash, f->work, f->digest, written);
}
