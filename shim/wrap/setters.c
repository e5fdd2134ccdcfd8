/* SPDX-License-Identifier: MIT */
/*
 * How numeric libraries are told their number of threads: BLAS in its builds,
 * MKL, PyTorch, TBB. One table; with --threads N they are told N, and the event
 * keeps what was asked for.
 *
 * All have integers as arguments and result, or none: what a caller or a
 * library does not look at may be in the registers.
 */
#include "openmp.h"
#include "runtime.h"
#include "banned.h"

#define GROUP                                                                  \
	.group = "numeric", .policy = SB_OBSERVE, .optional = 1, .bound = 1

enum rule { COUNT, NEVER, AS_ASKED }; /* what it becomes: N, 0, nothing */

struct setter {
	struct source *row;
	const char *kind; /* of the runtime that uses so many; NULL: none */
	enum rule rule;
};

typedef long set_fn(long n, long which);
typedef long set_at_fn(const int *n, const int *which);

static long ours_for(const struct setter *s, bool force, long n)
{
	if (!force || s->rule == AS_ASKED)
		return n;
	return s->rule == NEVER ? 0 : (long)config_team();
}

static void seen(const struct setter *s, const void *real, long n)
{
	if (s->kind)
		runtime_seen(s->kind, real, NULL, n > 0 ? (uint32_t)n : 0);
}

static long set(const struct setter *s, long n, long which, void *ret,
		void *frame)
{
	bool force = openmp_event(s->row, ret, frame, (uint64_t)(int)n);
	set_fn *real = (set_fn *)real_from(s->row, call_from(ret, frame));

	n = ours_for(s, force, n);
	seen(s, (void *)real, (int)n);
	return real(n, which);
}

static long set_at(const struct setter *s, const int *n, const int *which,
		   void *ret, void *frame)
{
	bool force = openmp_event(s->row, ret, frame, (uint64_t)*n);
	set_at_fn *real = (set_at_fn *)real_from(s->row, call_from(ret, frame));
	int number = (int)ours_for(s, force, *n);

	seen(s, (void *)real, number);
	return real(force ? &number : n, which);
}

#define SETTER(fn, kind, rule, text) SETTER_AS(fn, #fn, kind, rule, text)

#define SETTER_AS(fn, named, kind, rule, text)                                 \
	long fn(long n, long which) __asm__(named);                            \
	SOURCE(fn, GROUP, .symbol = named, .counts = rule != AS_ASKED,         \
	       .doc = text);                                                   \
	EXPORT long fn(long n, long which)                                     \
	{                                                                      \
		static const struct setter s = { &src_##fn, kind, rule };      \
                                                                               \
		return set(&s, n, which, CALLER);                              \
	}

/* By address, as Fortran does. */
#define SETTER_AT(fn, kind, rule, text)                                        \
	long fn(const int *n, const int *which);                               \
	SOURCE(fn, GROUP, .counts = rule != AS_ASKED, .doc = text);            \
	EXPORT long fn(const int *n, const int *which)                         \
	{                                                                      \
		static const struct setter s = { &src_##fn, kind, rule };      \
                                                                               \
		return set_at(&s, n, which, CALLER);                           \
	}

#define GETTER(fn, kind, text)                                                 \
	int fn(void);                                                          \
	SOURCE(fn, GROUP, .doc = text);                                        \
	EXPORT int fn(void)                                                    \
	{                                                                      \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		int n = real();                                                \
                                                                               \
		openmp_event(&src_##fn, CALLER, (uint64_t)n);                  \
		runtime_seen(kind, (void *)real, NULL, (uint32_t)n);           \
		return n;                                                      \
	}

/* OpenBLAS, whose builds have a prefix (of SciPy's wheels) and a suffix (of
 * integers of 8 bytes). */
#define OPENBLAS(prefix, suffix)                                               \
	SETTER(prefix##openblas_set_num_threads##suffix, "blas", COUNT,        \
	       "threads of OpenBLAS")                                          \
	SETTER(prefix##openblas_set_num_threads_local##suffix, "blas", COUNT,  \
	       "threads of OpenBLAS, for one thread")                          \
	GETTER(prefix##openblas_get_num_threads##suffix, "blas",               \
	       "how many threads OpenBLAS has")

OPENBLAS(, )
OPENBLAS(, 64_)
OPENBLAS(, _64)
OPENBLAS(scipy_, )
OPENBLAS(scipy_, 64_)
OPENBLAS(scipy_, _64)
SETTER_AT(openblas_set_num_threads_, "blas", COUNT,
	  "threads of OpenBLAS, Fortran")
SETTER(goto_set_num_threads, "blas", COUNT, "threads of GotoBLAS")

SETTER(MKL_Set_Num_Threads, "blas", COUNT, "threads of MKL")
SETTER_AT(mkl_set_num_threads, "blas", COUNT, "threads of MKL, by address")
SETTER_AT(mkl_set_num_threads_, "blas", COUNT, "threads of MKL, Fortran")
SETTER(MKL_Set_Num_Threads_Local, "blas", COUNT,
       "threads of MKL, for one thread")
SETTER_AT(mkl_set_num_threads_local, "blas", COUNT,
	  "threads of MKL, for one thread, by address")
SETTER_AT(mkl_set_num_threads_local_, "blas", COUNT,
	  "threads of MKL, for one thread, Fortran")
SETTER(MKL_Domain_Set_Num_Threads, "blas", COUNT, "threads of a part of MKL")
SETTER(MKL_Set_Dynamic, NULL, NEVER, "may MKL use fewer threads?")
SETTER(MKL_CBWR_Set, NULL, AS_ASKED, "MKL's code path")

SETTER(bli_thread_set_num_threads, "blas", COUNT, "threads of BLIS")
SETTER(flexiblas_set_num_threads, "blas", COUNT, "threads of FlexiBLAS")

SETTER_AS(at_set_num_threads, "_ZN2at15set_num_threadsEi", "torch", COUNT,
	  "threads of PyTorch")
SETTER_AS(at_set_num_interop_threads, "_ZN2at23set_num_interop_threadsEi",
	  NULL, COUNT, "threads between PyTorch's operations")

/*
 * TBB takes limits, of which the lowest holds, from objects of the program's.
 * Ours is put into the object before TBB has seen it, as it finds the object
 * by its value at the end. Its threads wait by calls: in turns there are as
 * many as without, and tasks may wait for each other.
 */
struct limit {
	size_t value;
	intptr_t reserved;
	int of; /* 0: threads */
};

#define CREATE "_ZN3tbb6detail2r16createERNS0_2d114global_controlE"
void tbb_limit(struct limit *l) __asm__(CREATE);
SOURCE(tbb_limit, GROUP, .symbol = CREATE, .counts = 1,
       .doc = "a limit of TBB's (global_control)");

EXPORT void tbb_limit(struct limit *l)
{
	bool force = openmp_event(&src_tbb_limit, CALLER, l->value);
	__typeof__(real_tbb_limit) real = REAL_HERE(tbb_limit);

	if (force && l->of == 0 && config.threads && l->value > config.threads)
		l->value = config.threads;
	if (l->of == 0)
		runtime_seen("tbb", (void *)real, NULL, (uint32_t)l->value);
	real(l);
}
