/* SPDX-License-Identifier: MIT */
/*
 * One chain of fused multiply-adds for each element of C over k in order,
 * whatever the blocks and threads. All of level 3 is made of these.
 */
#ifndef SAMEBITS_PRODUCT_H
#define SAMEBITS_PRODUCT_H

#include "kernels.h"

/* Of multiplications, from which on threads help. */
#define SHARED_WORK (1 << 18)

struct product {
	enum same_type type;
	int64_t m, n, k;
	struct view a; /* m x k */
	struct view b; /* n x k: transposed, as it is packed */
	struct finish finish;
	void *c;
	bool turned; /* a and b have changed places */
};

/* m, n and k are positive. Cannot fail: without memory it is slow. */
void product(const struct product *p);

#endif
