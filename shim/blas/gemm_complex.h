/* SPDX-License-Identifier: MIT */
/*
 * The template of a complex matrix product: real and imaginary parts are
 * vectors of their own. What is defined: gemm_kernel.h, and FNMA(a, b, c),
 * c - a * b. A tile holds a column of real parts, then its imaginary ones.
 */
typedef R NAME(loose) __attribute__((vector_size(VL * sizeof(R)),
				     aligned(sizeof(R)), may_alias));

static inline V NAME(load)(const R *p)
{
	return (V)*(const NAME(loose) *)p;
}

static inline void NAME(store)(R *p, V v)
{
	*(NAME(loose) *)p = (NAME(loose))v;
}

static inline __attribute__((always_inline)) void
NAME(tile)(const int mv, const bool turned, int64_t k, struct panel pa,
	   struct panel pb, R *t, bool fresh)
{
	const R *a = pa.at, *b = pb.at;
	V re[NR][MV], im[NR][MV];

	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < mv; i++)
			re[j][i] = im[j][i] = SET1(0);
	}
	if (!fresh) {
		UNROLL
		for (int j = 0; j < NR; j++) {
			UNROLL
			for (int i = 0; i < mv; i++) {
				re[j][i] = NAME(load)(t + (2 * j * mv + i) *
								  VL);
				im[j][i] = NAME(load)(
					t + ((2 * j + 1) * mv + i) * VL);
			}
		}
	}
	for (; k; k--) {
		V x[MV], y[MV];

		UNROLL
		for (int i = 0; i < mv; i++) {
			x[i] = NAME(load)(a + i * VL);
			y[i] = NAME(load)(a + (mv + i) * VL);
		}
		UNROLL
		for (int j = 0; j < NR; j++) {
			V u = SET1(b[j]), w = SET1(b[NR + j]);

			UNROLL
			for (int i = 0; i < mv; i++) {
				re[j][i] = FMA(x[i], u, re[j][i]);
				im[j][i] = turned ? FMA(y[i], u, im[j][i]) :
						    FMA(x[i], w, im[j][i]);
				re[j][i] = FNMA(y[i], w, re[j][i]);
				im[j][i] = turned ? FMA(x[i], w, im[j][i]) :
						    FMA(y[i], u, im[j][i]);
			}
		}
		a += pa.step;
		b += pb.step;
	}
	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < mv; i++) {
			NAME(store)(t + (2 * j * mv + i) * VL, re[j][i]);
			NAME(store)(t + ((2 * j + 1) * mv + i) * VL, im[j][i]);
		}
	}
}

#define MICRO(mv, turned)                                                      \
	static void NAME(micro##mv##turned)(                                   \
		int64_t k, const struct panel *a, const struct panel *b,       \
		void *t, bool fresh, const struct finish *f, void *c)          \
	{                                                                      \
		(void)f;                                                       \
		(void)c;                                                       \
		NAME(tile)(mv, turned, k, *a, *b, t, fresh);                   \
	}
MICRO(1, 0)
MICRO(1, 1)
#if MV > 1
MICRO(2, 0)
MICRO(2, 1)
#endif
#undef MICRO

static void NAME(load_sums)(void *tile, int height, int rows, int columns,
			    const struct finish *f, const void *c)
{
	R *t = tile;

	for (int j = 0; j < NR; j++, t += 2 * height)
		for (int i = 0; i < height; i++) {
			const NAME(number) *at = (const NAME(number) *)c +
						 j * f->cs + i * f->rs;
			bool here = i < rows && j < columns;

			t[i] = here ? at->re : 0;
			t[height + i] = here ? at->im : 0;
		}
}

static bool NAME(wanted)(const struct finish *f, int64_t below)
{
	return !f->uplo || (f->uplo == 'L' ? below >= 0 : below <= 0);
}

static void NAME(finish_one)(NAME(number) t, int64_t below,
			     const struct finish *f, NAME(number) *at)
{
	NAME(number) r;

	if (!NAME(wanted)(f, below))
		return;
	if (f->raw) {
		*at = t;
		return;
	}
	r = NAME(times)(*(const NAME(number) *)f->alpha, t);
	if (!f->overwrite)
		r = NAME(plus)(*(const NAME(number) *)f->beta, *at, r);
	if (f->hermitian && !below)
		r.im = 0;
	*at = NAME(quieted)(r);
}

/* Contiguous, all of it, real scalars: what can be done in vectors. */
static inline void NAME(finish_column)(const R *t, int height, int rows, R alpha,
				       R beta, bool overwrite, R *at)
{
	for (int i = 0; i < rows; i++) {
		R re = alpha * t[i], im = alpha * t[height + i];

		if (!overwrite) {
			re = FMA1(beta, at[2 * i], re);
			im = FMA1(beta, at[2 * i + 1], im);
		}
		at[2 * i] = re == re ? re : QUIET;
		at[2 * i + 1] = im == im ? im : QUIET;
	}
}

static void NAME(finish)(const void *tile, int height, int rows, int columns,
			 int64_t below, const struct finish *f, void *c)
{
	const NAME(number) *alpha = f->alpha, *beta = f->beta;
	bool simple = !f->raw && !f->uplo && f->rs == 1 && alpha->im == 0 &&
		      beta->im == 0;
	const R *t = tile;

	for (int j = 0; j < columns; j++, t += 2 * height) {
		NAME(number) *at = (NAME(number) *)c + j * f->cs;

		if (simple) {
			NAME(finish_column)(t, height, rows, alpha->re,
					    beta->re, f->overwrite, (R *)at);
			continue;
		}
		for (int i = 0; i < rows; i++, at += f->rs)
			NAME(finish_one)((NAME(number)){ t[i], t[height + i] },
					 below + i - j, f, at);
	}
}

#include "edge_kernel.h"

/* How an element is moved: never computed with, as a subnormal number might
 * be flushed. */
static inline NAME(number) NAME(moved)(NAME(number) x, bool conj, bool negate)
{
	x.re = negate ? -x.re : x.re;
	x.im = conj != negate ? -x.im : x.im;
	return x;
}

static inline __attribute__((always_inline)) void
NAME(pack_columns)(const R *from, int64_t cs, const bool conj, const int height,
		   int64_t k, R *to)
{
	for (; k; k--, from += 2 * cs, to += 2 * height)
		for (int i = 0; i < height; i++) {
			to[i] = from[2 * i];
			to[height + i] = conj ? -from[2 * i + 1] :
						from[2 * i + 1];
		}
}

static void NAME(pack_slow)(const NAME(number) *from, int64_t rs, int64_t cs,
			    bool conj, bool negate, int rows, int height,
			    int64_t k, R *to)
{
	for (; k; k--, from += cs, to += 2 * height)
		for (int i = 0; i < rows; i++) {
			NAME(number) x = NAME(moved)(from[i * rs], conj,
						     negate);

			to[i] = x.re;
			to[height + i] = x.im;
		}
}

/* Where all that is read is stored, or all of it is the mirror image. */
static void NAME(pack_side)(const struct view *v, bool stored, int64_t i,
			    int rows, int height, int64_t p, int64_t k, R *to)
{
	int64_t rs = stored ? v->rs : v->cs, cs = stored ? v->cs : v->rs;
	bool conj = v->conj != (v->hermitian && !stored);
	const NAME(number) *from = (const NAME(number) *)v->at + i * rs +
				   p * cs;
	bool simple = rs == 1 && rows == height && !v->negate;

	if (k <= 0)
		return;
	if (simple && height == MV * VL && conj)
		NAME(pack_columns)((const R *)from, cs, true, MV * VL, k, to);
	else if (simple && height == MV * VL)
		NAME(pack_columns)((const R *)from, cs, false, MV * VL, k, to);
	else if (simple && conj)
		NAME(pack_columns)((const R *)from, cs, true, height, k, to);
	else if (simple)
		NAME(pack_columns)((const R *)from, cs, false, height, k, to);
	else
		NAME(pack_slow)(from, rs, cs, conj, v->negate, rows, height, k,
				to);
}

/* Across the diagonal of a matrix that keeps one triangle. */
static void NAME(pack_diagonal)(const struct view *v, int64_t i, int rows,
				int height, int64_t p, int64_t k, R *to)
{
	const NAME(number) *from = v->at;

	for (; k > 0; k--, p++, to += 2 * height)
		for (int r = 0; r < rows; r++) {
			int64_t at = i + r;
			bool stored = v->mirror == 'L' ? at >= p : at <= p;
			NAME(number) x = stored ? from[at * v->rs + p * v->cs] :
						  from[p * v->rs + at * v->cs];

			if (v->hermitian && at == p)
				x.im = 0;
			x = NAME(moved)(x,
					v->conj != (v->hermitian && !stored),
					v->negate);
			to[r] = x.re;
			to[height + r] = x.im;
		}
}

static int64_t NAME(within)(int64_t x, int64_t most)
{
	return x < 0 ? 0 : x < most ? x : most;
}

static void NAME(pack)(const struct view *v, int64_t i, int rows, int height,
		       int64_t p, int64_t k, void *panel)
{
	int64_t left = v->mirror ? NAME(within)(i - p, k) : k;
	int64_t end = v->mirror ? NAME(within)(i + rows - p, k) : k;
	bool low = !v->mirror || v->mirror == 'L';
	R *to = panel;

	for (int r = rows; r < height; r++) /* zeros below: never used */
		for (int64_t q = 0; q < k; q++)
			to[2 * q * height + r] =
				to[(2 * q + 1) * height + r] = 0;
	NAME(pack_side)(v, low, i, rows, height, p, left, to);
	NAME(pack_diagonal)(v, i, rows, height, p + left, end - left,
			    to + 2 * left * height);
	NAME(pack_side)(v, !low, i, rows, height, p + end, k - end,
			to + 2 * end * height);
	if (v->unit)
		NAME(pack_unit)(i, rows, height, p, k, to);
}

static const struct gemm_kernel NAME(gemm) = {
	.size = 2 * sizeof(R),
	.lanes = VL,
	.mv = MV,
	.nr = NR,
#if MV > 1
	.micro = { { NAME(micro10), NAME(micro20) },
		   { NAME(micro11), NAME(micro21) } },
#else
	.micro = { { NAME(micro10) }, { NAME(micro11) } },
#endif
	.edge = { NAME(edge1),
#if MV > 1
		  NAME(edge2),
#endif
#if MV > 2
		  NAME(edge3),
#endif
	},
	.load = NAME(load_sums),
	.finish = NAME(finish),
	.pack = NAME(pack),
};
