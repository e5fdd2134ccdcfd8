/* SPDX-License-Identifier: MIT */
/* The template of level 1, real; what is defined: gemm_kernel.h. */

static void NAME(scale)(int64_t n, const void *scalar, void *vector,
			int64_t incx, bool zero)
{
	const R alpha = *(const R *)scalar;
	R *x = vector;

	for (int64_t i = 0; i < n; i++, x += incx) {
		R r = zero ? 0 : *x * alpha;

		*x = r == r ? r : QUIET;
	}
}

static const struct level1_kernel NAME(level1) = {
	.scale = NAME(scale),
};
