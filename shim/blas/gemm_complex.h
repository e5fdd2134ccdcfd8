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
NAME(tile)(const int mv, int64_t k, struct panel pa, struct panel pb, R *t,
	   bool fresh)
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
				im[j][i] = FMA(x[i], w, im[j][i]);
				re[j][i] = FNMA(y[i], w, re[j][i]);
				im[j][i] = FMA(y[i], u, im[j][i]);
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

#define MICRO(mv)                                                              \
	static void NAME(micro##mv)(int64_t k, struct panel a, struct panel b, \
				    void *t, bool fresh,                       \
				    const struct finish *f, void *c)           \
	{                                                                      \
		(void)f;                                                       \
		(void)c;                                                       \
		NAME(tile)(mv, k, a, b, t, fresh);                             \
	}
MICRO(1)
#if MV > 1
MICRO(2)
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

static inline __attribute__((always_inline)) void
NAME(pack_columns)(const R *from, int64_t cs, bool conj, const int height,
		   int64_t k, R *to)
{
	for (; k; k--, from += 2 * cs, to += 2 * height)
		for (int i = 0; i < height; i++) {
			to[i] = from[2 * i];
			to[height + i] = conj ? -from[2 * i + 1] :
						from[2 * i + 1];
		}
}

static void NAME(pack_slow)(const struct view *v, int64_t i, int rows,
			    int height, int64_t p, int64_t k, R *to)
{
	const NAME(number) *from = v->at;
	bool stored;

	for (; k; k--, p++, to += 2 * height)
		for (int r = 0; r < rows; r++) {
			int64_t at = i + r;
			NAME(number) y;

			stored = !v->mirror ||
				 (v->mirror == 'L' ? at >= p : at <= p);
			y = stored ? from[at * v->rs + p * v->cs] :
				     from[p * v->rs + at * v->cs];
			if (v->hermitian && at == p)
				y.im = 0;
			y = NAME(conjugate)(
				y, v->conj != (v->hermitian && !stored));
			y = v->negate ? NAME(negated)(y) : y;
			to[r] = y.re;
			to[height + r] = y.im;
		}
}

static void NAME(pack)(const struct view *v, int64_t i, int rows, int height,
		       int64_t p, int64_t k, void *panel)
{
	const R *from = (const R *)v->at + 2 * (i * v->rs + p * v->cs);
	R *to = panel;

	for (int r = rows; r < height; r++) /* zeros below: never used */
		for (int64_t q = 0; q < k; q++)
			to[2 * q * height + r] =
				to[(2 * q + 1) * height + r] = 0;
	if (v->mirror || v->negate || v->rs != 1 || rows < height)
		NAME(pack_slow)(v, i, rows, height, p, k, to);
	else if (height == NR)
		NAME(pack_columns)(from, v->cs, v->conj, NR, k, to);
	else
		NAME(pack_columns)(from, v->cs, v->conj, height, k, to);
}

static const struct gemm_kernel NAME(gemm) = {
	.size = 2 * sizeof(R),
	.lanes = VL,
	.mv = MV,
	.nr = NR,
	.micro = {
		NAME(micro1),
#if MV > 1
		NAME(micro2),
#endif
	},
	.load = NAME(load_sums),
	.finish = NAME(finish),
	.pack = NAME(pack),
};
