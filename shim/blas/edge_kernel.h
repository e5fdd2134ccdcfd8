/* SPDX-License-Identifier: MIT */
/*
 * The template of a tile that the diagonal of a triangular matrix crosses: a
 * step changes the rows only that have an element there. Lanes are chosen, as
 * zeros in their place would make NaNs of infinities. In the layout of tile.
 */
typedef I NAME(mask) __attribute__((vector_size(VL * sizeof(R))));

static inline V NAME(chosen)(NAME(mask) m, V yes, V no)
{
	return (V)(((NAME(mask))yes & m) | ((NAME(mask))no & ~m));
}

/* The lanes from `at` on, or up to it. */
static inline NAME(mask) NAME(lanes_of)(const bool upper, int64_t at)
{
	const NAME(mask) none = { 0 };
	NAME(mask) lane, limit;

	for (int l = 0; l < VL; l++)
		lane[l] = l;
	limit = none + (I)at;
	return upper ? lane <= limit : lane >= limit;
}

/* Steps first to first + k of those that cross the tile, the first of which is
 * that of its first row. */
static inline __attribute__((always_inline)) void
NAME(cross)(const int mv, const bool upper, int64_t first, int64_t k,
	    struct panel pa, struct panel pb, R *t, bool fresh)
{
	const R *a = pa.at, *b = pb.at;
	V sum[NR][PARTS][MV];
	int64_t end = first + k;

	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < PARTS * mv; i++)
			sum[j][i / mv][i % mv] =
				fresh ? SET1(0)
				      : NAME(load)(t +
						   (PARTS * j * mv + i) * VL);
	}
	UNROLL
	for (int v = 0; v < mv; v++) {
		for (; first < end && first < (v + 1) * VL; first++) {
			NAME(mask) m = NAME(lanes_of)(upper, first - v * VL);

			UNROLL
			for (int j = 0; j < NR; j++) {
				UNROLL
				for (int i = 0; i < mv; i++) {
					if (upper ? i > v : i < v)
						continue;
					V x = NAME(load)(a + i * VL);
					V re = FMA(x, SET1(b[j * pb.across]), sum[j][0][i]);
#ifdef COMPLEX
					V y = NAME(load)(a + (mv + i) * VL);
					V im = FMA(x, SET1(b[NR + j]),
						   sum[j][1][i]);

					re = FNMA(y, SET1(b[NR + j]), re);
					im = FMA(y, SET1(b[j * pb.across]), im);
					if (i == v)
						im = NAME(chosen)(m, im,
								  sum[j][1][i]);
					sum[j][1][i] = im;
#endif
					if (i == v)
						re = NAME(chosen)(m, re,
								  sum[j][0][i]);
					sum[j][0][i] = re;
				}
			}
			a += pa.step;
			b += pb.step;
		}
	}
	UNROLL
	for (int j = 0; j < NR; j++) {
		UNROLL
		for (int i = 0; i < PARTS * mv; i++)
			NAME(store)
			(t + (PARTS * j * mv + i) * VL, sum[j][i / mv][i % mv]);
	}
}

#define EDGE(mv)                                                               \
	static void NAME(edge##mv)(bool upper, int64_t first, int64_t k,       \
				   const struct panel *a,                      \
				   const struct panel *b, void *t,             \
				   bool fresh)                                 \
	{                                                                      \
		if (upper)                                                     \
			NAME(cross)(mv, true, first, k, *a, *b, t, fresh);     \
		else                                                           \
			NAME(cross)(mv, false, first, k, *a, *b, t, fresh);    \
	}
EDGE(1)
#if MV > 1
EDGE(2)
#endif
#if MV > 2
EDGE(3)
#endif
#undef EDGE

/* The diagonal of a packed panel, of rows i.. and columns p.., is ones. */
static void NAME(pack_unit)(int64_t i, int rows, int height, int64_t p,
			    int64_t k, R *to)
{
	for (int64_t r = 0; r < rows; r++) {
		int64_t at = i + r - p;

		if (at < 0 || at >= k)
			continue;
		to[PARTS * at * height + r] = 1;
		if (PARTS > 1)
			to[(PARTS * at + 1) * height + r] = 0;
	}
}
