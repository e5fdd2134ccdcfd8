/* SPDX-License-Identifier: MIT */
/*
 * OpenMP runtimes: GNU's (libgomp), LLVM's and Intel's (libomp, libiomp5), any
 * of them under another name or several at once. Each is asked by what its
 * caller reaches.
 *
 * Loops that hand out their iterations to whoever comes first (dynamic, guided)
 * become static under `run`: a thread of a number then always gets the same
 * ones. Whether that is done is one answer for the whole process, as all
 * threads of a team have to agree on a loop.
 */
#ifndef SAMEBITS_OPENMP_H
#define SAMEBITS_OPENMP_H

#include <stdbool.h>

#include "call.h"
#include "team.h"

/* Calls from our own code: where `caller` would reach. */
#define OPENMP_PART(id)                                                        \
	SOURCE_ROW(id, .group = "openmp", .optional = 1, .inner = 1,           \
		   .real = (void **)&real_##id)

/* call_begin() for hooks that thunks may call, too. */
static inline enum sb_policy openmp_begin(struct call *c, struct source *row,
					  void *ret, void *frame)
{
	struct bound_caller p = { ret, frame };

	if (__builtin_expect(bound_call(ret), 0))
		p = bound_caller(row, frame);
	return call_begin(c, row, p.ret, p.frame);
}

/* Makes the event of a row whose hook changes how, not what: true where it
 * does so in this run. */
static inline bool openmp_event(struct source *row, void *ret, void *frame,
				uint64_t value)
{
	struct call c;

	openmp_begin(&c, row, ret, frame);
	call_end(&c, value, 0);
	return row->now == SB_FORCE;
}

/* The place that a hook's call comes from, for real_from(). */
#define OPENMP_CALLER call_from(CALLER)

/* What a hook's caller reaches, kept for each thread: for calls that make no
 * event. Few, as room for thread-local variables is. */
#define OPENMP_KEPT 8
struct openmp_kept {
	const void *ra; /* NULL: nothing */
	const struct source *part;
	void *fn;
	unsigned epoch;
};
extern __thread struct openmp_kept openmp_kept[OPENMP_KEPT]
	__attribute__((tls_model("initial-exec")));
void *openmp_find(struct openmp_kept *k, struct source *part, const void *ra);
static inline void *openmp_get(struct source *part, const void *ra)
{
	struct openmp_kept *k = &openmp_kept[part->index % OPENMP_KEPT];

	if (__builtin_expect(k->ra == ra && k->part == part &&
				     k->epoch == real_epoch, 1))
		return k->fn;
	return openmp_find(k, part, ra);
}
/* The same of a hook's own name. */
#define OPENMP_KEPT_HERE(id)                                                   \
	((__typeof__(real_##id))openmp_get(&src_##id, OPENMP_CALLER))

/* Does --openmp=ordered serve regions of the library that holds `real`? */
bool openmp_serves(const void *real);
/* Some library here is not served: who calls has to be asked. */
extern bool openmp_mixed;

/* The member that calls the hook `id`; NULL: it is for the library itself. */
#define OPENMP_MEMBER(id)                                                      \
	({                                                                     \
		struct member *m_ = member_me();                               \
		__builtin_expect(m_ != NULL, 0) &&                             \
				(!openmp_mixed ||                              \
				 openmp_serves((void *)REAL_HERE(id)))         \
			? m_ : NULL;                                           \
	})

/* How many leagues of teams the thread is in. */
extern __thread unsigned openmp_leagues
	__attribute__((tls_model("initial-exec")));
/* What that library says outside of our regions; nothing, within them. */
void openmp_outside(struct outside *o, const void *caller);

/* schedule(runtime), made static, of the library that `caller` reaches: its
 * chunk; 0: one block for each thread. */
long openmp_runtime_chunk(const void *caller);
/* How many threads a region would get there; 0: not known. */
unsigned openmp_usual(const void *caller);
/* A clause num_threads(n), 0: none; at most as --threads allows this row. */
unsigned openmp_clause(const struct source *row, unsigned n);
/* A region of `n` threads (0: as many as are usual) begins in the library that
 * holds `real`. */
void openmp_region(const void *caller, const void *real, unsigned n);
/* Within a region. */
void openmp_within(const void *caller, const void *real);

#endif
