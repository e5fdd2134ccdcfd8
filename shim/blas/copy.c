/* SPDX-License-Identifier: MIT */
/* Copies and exchanges: numbers are moved as they are, whatever they mean. */
#include <stdint.h>

#include "line.h"

/* A complex number may lie where only its parts may: at 4 bytes. */
typedef uint64_t __attribute__((aligned(4))) word;

struct pair {
	uint64_t a, b;
};

#define MOVES(name, type)                                                      \
	static void copy_##name(int64_t n, const type *x, int64_t incx,        \
				type *y, int64_t incy)                         \
	{                                                                      \
		if (incx == 1 && incy == 1)                                    \
			for (int64_t i = 0; i < n; i++)                        \
				y[i] = x[i];                                   \
		else                                                           \
			for (int64_t i = 0; i < n; i++)                        \
				y[i * incy] = x[i * incx];                     \
	}                                                                      \
                                                                               \
	static void swap_##name(int64_t n, type *x, int64_t incx, type *y,     \
				int64_t incy)                                  \
	{                                                                      \
		type was;                                                      \
                                                                               \
		for (int64_t i = 0; incx == 1 && incy == 1 && i < n; i++) {    \
			was = x[i];                                            \
			x[i] = y[i];                                           \
			y[i] = was;                                            \
		}                                                              \
		for (int64_t i = 0; (incx != 1 || incy != 1) && i < n; i++) {  \
			was = x[i * incx];                                     \
			x[i * incx] = y[i * incy];                             \
			y[i * incy] = was;                                     \
		}                                                              \
	}

MOVES(4, uint32_t)
MOVES(8, word)
MOVES(16, struct pair)

void same_copy(enum same_type type, int64_t n, const void *x, int64_t incx,
	       void *y, int64_t incy)
{
	const void *from = first_of(type, x, n, incx);
	void *to = first_of(type, y, n, incy);

	switch (kernels->gemm[type]->size) {
	case 4:
		copy_4(n, from, incx, to, incy);
		break;
	case 8:
		copy_8(n, from, incx, to, incy);
		break;
	default:
		copy_16(n, from, incx, to, incy);
	}
}

void same_swap(enum same_type type, int64_t n, void *x, int64_t incx, void *y,
	       int64_t incy)
{
	x = first_of(type, x, n, incx);
	y = first_of(type, y, n, incy);
	switch (kernels->gemm[type]->size) {
	case 4:
		swap_4(n, x, incx, y, incy);
		break;
	case 8:
		swap_8(n, x, incx, y, incy);
		break;
	default:
		swap_16(n, x, incx, y, incy);
	}
}
