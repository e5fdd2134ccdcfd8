/* SPDX-License-Identifier: MIT */
/*
 * --blas=same: calls of BLAS that are computed here (blas/same.h), whatever
 * library the program has. A routine that is not in serve.c's table, or whose
 * arguments BLAS does not allow, stays with that library, which also is who
 * knows the program's xerbla.
 */
#ifndef SAMEBITS_SERVE_H
#define SAMEBITS_SERVE_H

#include "blas/same.h"
#include "route.h"

#define SERVED_LAPACK UINT8_MAX /* `served` of LAPACK's rows (lapack.h) */

/* From the constructor, before policies are set: marks the rows (`served`).
 * envp: for SAMEBITS_BLAS_ISA. */
void serve_start(char *const envp[]);

/* A call that is to be computed. */
struct served {
	struct operands o;
	struct operands t; /* by rows: what they are by columns, transposes */
	const struct look *look;
	const struct routine *routine;
	enum same_type type, laid; /* laid: with SAME_ROWS, where they are */
	void *at[3];		   /* o.array */
	bool hermitian;
	bool c; /* C's calling convention */
};
/*
 * Can this call be computed here? `theirs`: the program's library. Fills in all
 * of `s`.
 */
bool serve_takes(struct served *s, const struct look *l,
		 const struct routine *r, uint32_t number,
		 const struct library *theirs);
/* Computes it; `f`, the call's own frame, gets what is returned. threads: that
 * the program's library would use; 0: it does not say. */
void serve(const struct served *s, struct entry_frame *f, int threads);
/* As the log names who served. */
extern const struct library serve_library;
/* Puts it into the log; not from a signal handler. */
void serve_known(int threads);

/* A call of this row goes to the program's own library, which is a blind spot;
 * said once for each row, as its name and this. */
void serve_left(const struct source *row, const char *why);

/* services.c */
struct service {
	const char *name; /* as in blas.def; ?: the letters of a type */
	void (*run)(const struct served *s, const struct operands *o,
		    const struct operands *t, void *out);
};
extern const struct service services[];
/* services_batch.c */
void service_batch(const struct served *s, const struct operands *o,
		   const struct operands *t, void *out);
bool service_batch_legal(const struct served *s); /* of both */
void service_strided(const struct served *s, const struct operands *o,
		     const struct operands *t, void *out);
extern const unsigned nservices;

/* serve_legal.c: does BLAS allow these sizes, options and strides? */
bool serve_legal(const struct operands *o, bool hermitian);

#endif
