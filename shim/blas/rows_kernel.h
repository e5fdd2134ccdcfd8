/* SPDX-License-Identifier: MIT */
/*
 * The template of a matrix times a vector whose rows lie as columns do (each is
 * contiguous), by gemm's chains: a few rows are turned round, a line of each at
 * a time. What is defined: gemm_kernel.h.
 */
#define ROWS 32
#define STEPS (64 / (int)sizeof(R))

static void NAME(by_rows)(int64_t m, int64_t k, const void *a, int64_t lda,
			  const void *x, const struct finish *f, void *c)
{
	R turned[ROWS * STEPS] __attribute__((aligned(64))) = { 0 };
	R sums[ROWS];

	for (int64_t i = 0; i < m; i += ROWS) {
		int rows = m - i < ROWS ? (int)(m - i) : ROWS;
		const R *from = (const R *)a + i * lda;
		V sum[ROWS / VL];

		UNROLL
		for (int v = 0; v < ROWS / VL; v++)
			sum[v] = SET1(0);
		for (int64_t p = 0; p < k; p += STEPS) {
			int steps = k - p < STEPS ? (int)(k - p) : STEPS;

			/* A whole line of a row at a time: where lda is a
			 * power of two, the next ones drive it out. */
			for (int r = 0; r < rows; r += NR) {
				int left = rows - r < NR ? rows - r : NR;

				NAME(pack_rows)
				(from + r * lda + p, lda, 1, false, left, ROWS,
				 steps, turned + r);
			}
			for (int s = 0; s < steps; s++) {
				const R *step = turned + s * ROWS;
				V number = SET1(((const R *)x)[p + s]);

				UNROLL
				for (int v = 0; v < ROWS / VL; v++)
					sum[v] = FMA(NAME(load)(step + v * VL),
						     number, sum[v]);
			}
		}
		UNROLL
		for (int v = 0; v < ROWS / VL; v++)
			NAME(store)(sums + v * VL, sum[v]);
		NAME(finish)(sums, ROWS, rows, 1, 0, f, (R *)c + i * f->rs);
	}
}
#undef ROWS
#undef STEPS
