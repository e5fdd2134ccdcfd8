/* SPDX-License-Identifier: MIT */
/*
 * What each instruction set offers: the same functions, compiled from the same
 * templates (gemm_kernel.h), one table for each set.
 */
#ifndef SAMEBITS_KERNELS_H
#define SAMEBITS_KERNELS_H

#include "same.h"

/*
 * A matrix as a product reads it: element (i, p) lies at i * rs + p * cs.
 * Structured matrices keep one triangle; the other one is its mirror image.
 */
struct view {
	const void *at;
	int64_t rs, cs;
	bool conj;
	bool negate;
	char mirror; /* 0: a general matrix; 'U', 'L': only this is stored */
	bool hermitian;
	char triangle; /* 'L', 'U': the others are not there; no mirror then */
	bool unit;     /* its diagonal is ones */
};

/* How a finished chain t becomes an element of C. */
struct finish {
	const void *alpha, *beta;
	int64_t rs, cs;	 /* of C */
	bool overwrite;	 /* beta is 0: C is not read */
	char uplo;	 /* 0, or the triangle that is written */
	bool hermitian;	 /* the diagonal is real */
	bool raw;	 /* c holds the sums, before and after */
};

#define TILE_VECTORS 4	/* at most, in a tile's height */
#define PANEL_BYTES 768 /* at most, a panel's row of elements */
#define TILE_BYTES 8192 /* at most, a tile of partial sums */

/* A scalar of any type. */
union scalar {
	float s[2];
	double d[2];
};

/* One side of a tile: `step` elements lie between one k and the next, and
 * `across` between neighbours of one k: 1 but for a real B that is read where it
 * lies. Packed ones have no others in between; complex ones have their real parts
 * before their imaginary ones. */
struct panel {
	const void *at;
	int64_t step, across;
};

struct gemm_kernel {
	uint8_t size; /* bytes of an element */
	uint8_t lanes; /* elements of a vector */
	uint8_t mv;    /* vectors of a tile's height, at most */
	uint8_t nr;    /* a tile's width */
	bool plain;    /* real: panels are parts of matrices */
	/*
	 * Continues the chains of one tile by k steps. a, b: panels; t: the
	 * tile's partial sums; they are read unless `fresh`. With c, the tile
	 * is finished into it and t stays as it was; c's rows must be
	 * contiguous (f->rs is 1) and the tile complete. [1]: a and b have
	 * changed places, which the order of complex products shows.
	 */
	void (*micro[2][TILE_VECTORS])(int64_t k, const struct panel *a,
				       const struct panel *b, void *t,
				       bool fresh, const struct finish *f,
				       void *c);
	/* The chains of a tile that the diagonal of a triangle crosses:
	 * `first` is how far right of the tile's first row the steps begin. */
	void (*edge[TILE_VECTORS])(bool upper, int64_t first, int64_t k,
				   const struct panel *a,
				   const struct panel *b, void *t,
				   bool fresh);
	/* The sums of a tile from c, where f->raw. */
	void (*load)(void *t, int height, int rows, int columns,
		     const struct finish *f, const void *c);
	/* Real: c = alpha * a * x + beta * c by the chains of tiles, where each
	 * of a's m rows is contiguous, and lda from the next. */
	void (*rows)(int64_t m, int64_t k, const void *a, int64_t lda,
		     const void *x, const struct finish *f, void *c);
	/* Finishes the upper left rows x columns of a tile that is `height`
	 * high; it lies `below` rows further down than right. */
	void (*finish)(const void *t, int height, int rows, int columns,
		       int64_t below, const struct finish *f, void *c);
	/* Rows i.. of a panel that is `height` high, columns p..p + k. */
	void (*pack)(const struct view *v, int64_t i, int rows, int height,
		     int64_t p, int64_t k, void *panel);
};

/* A triangular matrix times some rows, or a solution: at the diagonal. */
#define LEAF 16 /* rows */

struct triangle {
	const void *a; /* element (i, p), p <= i: a + i * rs + p * cs */
	int64_t rs, cs;
	bool conj, unit;
	bool upper; /* rather p >= i; of products only */
};

struct triangle_kernel {
	/* b becomes alpha * a * b, without room, for any n. */
	void (*replace)(const struct triangle *a, int64_t n, int64_t columns,
			const void *alpha, void *b, int64_t brs, int64_t bcs);
	/* b becomes the solution of a * x = b; n <= LEAF. */
	void (*solve)(const struct triangle *a, int64_t n, int64_t columns,
		      void *b, int64_t brs, int64_t bcs);
};

struct level1_kernel {
	/* x = alpha * x, or 0 */
	void (*scale)(int64_t n, const void *alpha, void *x, int64_t incx,
		      bool zero);
	/* y = alpha * x */
	void (*scaled)(int64_t n, const void *alpha, const void *x,
		       int64_t incx, void *y, int64_t incy);
	void (*dot)(int64_t n, const void *x, int64_t incx, const void *y,
		    int64_t incy, bool conj, void *result);
	void (*sum)(int64_t n, const void *x, int64_t incx, void *result);
	void (*norm)(int64_t n, const void *x, int64_t incx, void *result);
	/* From 1 on; n >= 1. */
	int64_t (*index)(int64_t n, const void *x, int64_t incx, bool smallest);
	void (*axpy)(int64_t n, const void *alpha, const void *x, int64_t incx,
		     void *y, int64_t incy);
	void (*axpby)(int64_t n, const void *alpha, const void *x,
		      int64_t incx, const void *beta, void *y, int64_t incy,
		      bool overwrite);
	void (*rot)(int64_t n, void *x, int64_t incx, void *y, int64_t incy,
		    const void *c, const void *s);
	/* Of real types. */
	void (*rotm)(int64_t n, void *x, int64_t incx, void *y, int64_t incy,
		     const void *param);
};

/*
 * A matrix by its columns, which are contiguous: element (i, j) lies at
 * at + j * ld + curve * j * (j + 1) / 2 + i, for i from j - above to j + below.
 * Dense, band and packed matrices and their triangles differ in that alone.
 */
struct columns {
	const void *at;
	int64_t ld, curve;
	int64_t m, n;
	int64_t above, below;
};

/* The rows of column j, within those from first to end. */
static inline int64_t column_top(const struct columns *a, int64_t j,
				 int64_t first)
{
	return j - a->above > first ? j - a->above : first;
}

static inline int64_t column_end(const struct columns *a, int64_t j,
				 int64_t end)
{
	return j + a->below + 1 < end ? j + a->below + 1 : end;
}

/* A vector from its first number on. */
struct line {
	void *at;
	int64_t inc;
};

/* Some rows, and some columns in their order. */
struct span {
	int64_t first, end;
	int64_t from, to;
	bool down; /* the last column comes first */
};

/* All columns that have any of these rows. */
static inline struct span span_of(const struct columns *a, int64_t first,
				  int64_t end)
{
	int64_t to = end + a->above;

	return (struct span){ .first = first,
			      .end = end,
			      .from = first > a->below ? first - a->below : 0,
			      .to = to < a->n ? to : a->n };
}

/* Which mirror image a triangle has, and the diagonal of a triangular one. */
struct kind {
	bool upper, conj; /* all that is stored is read as its conjugate */
	bool hermitian, unit;
	bool turned;
};

/* a += row * (alpha * column) */
struct update {
	union scalar alpha;
	struct line row, column;
	bool conj_row, conj_column;
};

/* `sum` is contiguous, and is of the span's rows or of some columns. */
struct level2_kernel {
	/* The chains of rows go on over columns. */
	void (*rows)(const struct columns *a, const struct span *s, bool conj,
		     struct line x, void *sum);
	/* Each the product of a column and x. */
	void (*dots)(const struct columns *a, int64_t from, int64_t to,
		     bool conj, struct line x, void *sum);
	/* The chains take the step of the diagonal. */
	void (*diagonal)(const struct columns *a, int64_t first, int64_t end,
			 struct kind kind, struct line x, void *sum);
	/* A strict triangle, its diagonal and its mirror image times x, from
	 * row first to end. */
	void (*symmetric)(const struct columns *a, int64_t first, int64_t end,
			  struct kind kind, struct line x, void *sum);
	/* y = alpha * sum + beta * y */
	void (*end)(int64_t n, const void *sum, const void *alpha,
		    const void *beta, bool overwrite, struct line y);
	/* x becomes the solution; a is a strict triangle. */
	void (*solve)(const struct columns *a, struct kind kind,
		      struct line x);
	void (*update)(const struct columns *a, int64_t from, int64_t to,
		       const struct update *u, int terms, bool hermitian);
};

struct kernels {
	const char *name;
	bool (*here)(void); /* can this processor run them? */
	/* by enum same_type */
	const struct gemm_kernel *gemm[4];
	const struct triangle_kernel *triangle[4];
	const struct level1_kernel *level1[4];
	const struct level2_kernel *level2[4];
	double (*dsdot)(int64_t n, const float *x, int64_t incx, const float *y,
			int64_t incy);
};

extern const struct kernels kernels_scalar, kernels_fma128, kernels_avx2,
	kernels_avx512;
/* Those in use. */
extern const struct kernels *kernels;

#endif
