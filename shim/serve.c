/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "call.h"
#include "kthread.h"
#include "log.h"
#include "processors.h"
#include "runtime.h"
#include "serve.h"
#include "turn.h"
#include "banned.h"

#define HELPER_STACK (256u << 10)

const struct library serve_library = { .digest = 1, .name = "samebits" };

static bool is_name(const char *name, const char *pattern)
{
	static const char *const types[] = { "s",  "d",	 "c",  "z",
					     "sc", "dz", "cs", "zd" };

	while (*pattern != '?')
		if (*name++ != *pattern++)
			return false;
		else if (!name[-1])
			return true;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t n = strlen(types[i]);

		if (!strncmp(name, types[i], n) &&
		    !strcmp(name + n, pattern + 1))
			return true;
	}
	return false;
}

static void mark(struct source *row, void *arg)
{
	(void)arg;
	if (!strcmp(row->group, "lapack"))
		row->served = SERVED_LAPACK;
	if (strcmp(row->group, "blas"))
		return;
	for (size_t i = 0; i < nservices && !row->served; i++)
		if (is_name(row->name, services[i].name))
			row->served = (uint8_t)(i + 1);
}

static char isa[16];	 /* the user's wish; "": none */
static unsigned allowed; /* processors, before turns take them */

void serve_start(char *const envp[])
{
	const char *wish = samebits_variable(envp, "SAMEBITS_BLAS_ISA");

	if (!config.blas_same || config.audit)
		return;
	if (wish)
		strncpy(isa, wish, sizeof(isa) - 1);
	allowed = processors_allowed();
	real_each(mark, NULL);
}

static void (*helper_run)(void *);

static int helper(void *arg)
{
	turn_unpin();
	helper_run(arg);
	return 0;
}

static int spawn(void (*run)(void *), void *arg)
{
	helper_run = run;
	return kthread_start(helper, arg, HELPER_STACK);
}

/* Before the first call. */
static void prepare(void)
{
	static bool ready;
	struct same_host host = { .spawn = spawn, .isa = *isa ? isa : NULL };
	uint64_t mask;

	if (__builtin_expect(__atomic_load_n(&ready, __ATOMIC_ACQUIRE), 1))
		return;
	mask = engine_lock();
	if (!ready && same_init(&host)) {
		host.isa = NULL;
		same_init(&host);
		log_blind("blas",
			  "SAMEBITS_BLAS_ISA names no instruction set "
			  "of this processor (scalar, fma128, avx2, avx512): "
			  "the best one was used");
	}
	__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
	engine_unlock(mask);
}

/* As many as the program's library would use; in turns the pools of libraries
 * have one thread, but what ours meet by is no business of the program's. */
static unsigned threads_for(int theirs)
{
	if (config.threads)
		return config.threads;
	if (config.turns || theirs <= 0 || (unsigned)theirs > allowed)
		return allowed;
	return (unsigned)theirs;
}

static char turned(char trans)
{
	switch (trans) {
	case 'N':
		return 'T';
	case 'T':
		return 'N';
	case 'C':
		return 'R';
	default:
		return 'C';
	}
}

/* By rows, a matrix is the transpose of what it is by columns. */
static struct operands by_columns(const struct operands *o)
{
	struct operands t = *o;

	t.m = o->n;
	t.n = o->m;
	t.kl = o->ku;
	t.ku = o->kl;
	t.side = o->side == 'L' ? 'R' : 'L';
	t.uplo = o->uplo == 'L' ? 'U' : 'L';
	t.transa = turned(o->transa);
	return t;
}

static bool legal(const struct served *s)
{
	return s->o.kind == OTHER ? service_batch_legal(s)
				  : serve_legal(&s->o, s->hermitian);
}

bool serve_takes(struct served *s, const struct look *l,
		 const struct routine *r, uint32_t number,
		 const struct library *theirs)
{
	operands_of(&s->o, l, r);
	operands_arrays(&s->o, l, r);
	s->look = l;
	s->routine = r;
	s->c = route_is_c(number);
	s->hermitian = r->name[1] == 'h';
	s->type = s->laid = (enum same_type)r->type;
	if (s->o.row_major) {
		s->t = by_columns(&s->o);
		s->laid |= SAME_ROWS;
	}
	for (int i = 0; i < 3; i++)
		s->at[i] = (void *)(uintptr_t)s->o.array[i];
	if (theirs->odd && r->kind == DOT && is_complex(r) && !s->c)
		serve_left(r->row, ": it returns complex numbers as Intel's "
				   "compilers do");
	else if (!legal(s))
		serve_left(r->row, ": its arguments are none that BLAS allows");
	else
		return true;
	return false;
}

/* In registers; C's complex ones through a last argument. */
static void put(const struct served *s, struct entry_frame *f,
		const uint64_t out[2])
{
	bool twice = s->type == SAME_D || s->type == SAME_Z;

	f->result.rax = out[0];
	f->result.xmm[1] = f->result.xmm[3] = 0;
	__builtin_memcpy(&f->result.xmm[0], &out[0], 8);
	if (operands_returns(&s->o) != 2)
		return;
	if (s->c)
		memcpy((void *)f->reg[5], out, twice ? 16 : 8);
	__builtin_memcpy(&f->result.xmm[2], &out[1], 8);
}

void serve(const struct served *s, struct entry_frame *f, int threads)
{
	uint64_t out[2] = { 0, 0 };

	prepare();
	same_threads(threads_for(threads));
	services[s->routine->row->served - 1].run(
		s, &s->o, s->o.row_major ? &s->t : &s->o, out);
	put(s, f, out);
}

void serve_known(int threads)
{
	char text[64];
	struct text t = text_start(text, sizeof(text));

	prepare();
	text_add(&t, "samebits, ");
	text_add(&t, same_isa());
	runtime_seen("blas", &serve_library, text, threads_for(threads));
}

void serve_left(const struct source *row, const char *why)
{
	static uint64_t told[64];
	uint64_t bit = 1ull << row->index % 64;
	char text[112];
	struct text t = text_start(text, sizeof(text));

	if (__atomic_fetch_or(&told[row->index / 64 % 64], bit,
			      __ATOMIC_RELAXED) &
	    bit)
		return;
	text_add(&t, " was left to the program's own library");
	text_add(&t, why);
	call_blind("blas", row, text);
}
