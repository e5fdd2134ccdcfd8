/* SPDX-License-Identifier: MIT */
/*
 * The template of a real matrix product: a tile of partial sums in registers.
 * Included once for each type, with these defined:
 *
 *	R		the number			NAME(x)	a name of its own
 *	V, VL		a vector and its lanes		MV	a tile's height in vectors
 *	NR		a tile's width			FMA(a, b, c)	fused, per lane
 *	SET1(x)		a vector of x			FMA1(a, b, c)	of numbers
 *	CANON(v)	NaNs made the quiet one
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
NAME(put)(V t, V alpha, V beta, bool overwrite, R *c)
{
	t = t * alpha;
	if (!overwrite)
		t = FMA(beta, NAME(load)(c), t);
	NAME(store)(c, CANON(t));
}

static inline __attribute__((always_inline)) void
NAME(tile_step)(const int mv, const R *a, const R *b, int64_t across,
		V sum[NR][MV])
{
	V column[MV];

	UNROLL
	for (int i = 0; i < mv; i++)
		column[i] = NAME(load)(a + i * VL);
	UNROLL
	for (int j = 0; j < NR; j++) {
		V row = SET1(b[j * across]);

		UNROLL
		for (int i = 0; i < mv; i++)
			sum[j][i] = FMA(column[i], row, sum[j][i]);
	}
}

/* Inlined with mv known: all loops but that over k vanish. */
static inline __attribute__((always_inline)) void
NAME(tile)(const int mv, int64_t k, struct panel pa, struct panel pb, R *t,
	   bool fresh, const struct finish *f, R *c)
{
	const R *a = pa.at, *b = pb.at, *next = t + NR * mv * VL;
	V sum[NR][MV];

	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < mv; i++)
			sum[j][i] = SET1(0);
	}
	if (!fresh) {
		UNROLL
		for (int j = 0; j < NR; j++) {
			UNROLL
			for (int i = 0; i < mv; i++)
				sum[j][i] = NAME(load)(t + (j * mv + i) * VL);
		}
	}
	/* The next tile's sums, a line with each step. */
	for (int64_t ahead = k < NR * mv ? k : NR * mv; ahead; ahead--, k--) {
		__builtin_prefetch(next, 1);
		next += VL;
		NAME(tile_step)(mv, a, b, pb.across, sum);
		a += pa.step;
		b += pb.step;
	}
	for (; k; k--) {
		NAME(tile_step)(mv, a, b, pb.across, sum);
		a += pa.step;
		b += pb.step;
	}
	if (c) {
		V alpha = SET1(*(const R *)f->alpha);
		V beta = SET1(*(const R *)f->beta);

		UNROLL
		for (int j = 0; j < NR; j++, c += f->cs) {
			UNROLL
			for (int i = 0; i < mv; i++)
				NAME(put)(sum[j][i], alpha, beta, f->overwrite,
					  c + i * VL);
		}
		return;
	}
	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < mv; i++)
			NAME(store)(t + (j * mv + i) * VL, sum[j][i]);
	}
}

#define MICRO(mv)                                                              \
	static void NAME(micro##mv)(int64_t k, const struct panel *a,          \
				    const struct panel *b, void *t,            \
				    bool fresh,                                \
				    const struct finish *f, void *c)           \
	{                                                                      \
		NAME(tile)(mv, k, *a, *b, t, fresh, f, c);                     \
	}
MICRO(1)
MICRO(2)
#if MV > 2
MICRO(3)
#endif
#undef MICRO

static void NAME(load_sums)(void *tile, int height, int rows, int columns,
			    const struct finish *f, const void *c)
{
	R *t = tile;

	for (int j = 0; j < columns; j++, t += height) {
		const R *at = (const R *)c + j * f->cs;

		if (rows == height && f->rs == 1)
			for (int i = 0; i < height; i++)
				t[i] = at[i];
		else
			for (int i = 0; i < height; i++)
				t[i] = i < rows ? at[i * f->rs] : 0;
	}
	for (int j = columns * height; j < NR * height; j++)
		((R *)tile)[j] = 0;
}

static bool NAME(wanted)(const struct finish *f, int64_t below)
{
	return !f->uplo || (f->uplo == 'L' ? below >= 0 : below <= 0);
}

/* A column that is contiguous and wanted: what can be done in vectors. */
static inline void NAME(finish_column)(const R *t, int rows, R alpha, R beta,
				       const struct finish *f, R *c)
{
	if (f->raw)
		for (int i = 0; i < rows; i++)
			c[i] = t[i];
	else if (f->overwrite)
		for (int i = 0; i < rows; i++)
			c[i] = NAME(quieted)(t[i] * alpha);
	else
		for (int i = 0; i < rows; i++)
			c[i] = NAME(quieted)(FMA1(beta, c[i], t[i] * alpha));
}

static void NAME(finish_one)(R t, R alpha, R beta, const struct finish *f, R *c)
{
	R r = t * alpha;

	if (f->raw) {
		*c = t;
		return;
	}
	if (!f->overwrite)
		r = FMA1(beta, *c, r);
	*c = NAME(quieted)(r);
}

static void NAME(finish)(const void *tile, int height, int rows, int columns,
			 int64_t below, const struct finish *f, void *c)
{
	const R alpha = *(const R *)f->alpha, beta = *(const R *)f->beta;
	const R *t = tile;

	for (int j = 0; j < columns; j++, t += height) {
		R *at = (R *)c + j * f->cs;

		if (!f->uplo && f->rs == 1) {
			NAME(finish_column)(t, rows, alpha, beta, f, at);
			continue;
		}
		for (int i = 0; i < rows; i++, at += f->rs)
			if (NAME(wanted)(f, below + i - j))
				NAME(finish_one)(t[i], alpha, beta, f, at);
	}
}

#include "edge_kernel.h"
#include "pack_kernel.h"
#include "rows_kernel.h"

static const struct gemm_kernel NAME(gemm) = {
	.size = sizeof(R),
	.lanes = VL,
	.mv = MV,
	.nr = NR,
	.plain = true,
#if MV > 2
	.micro = { { NAME(micro1), NAME(micro2), NAME(micro3) },
		   { NAME(micro1), NAME(micro2), NAME(micro3) } },
#else
	.micro = { { NAME(micro1), NAME(micro2) },
		   { NAME(micro1), NAME(micro2) } },
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
	.rows = NAME(by_rows),
};
