/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "victim.h"

double ddot_(const int *n, const double *x, const int *incx, const double *y,
	     const int *incy);

const struct facts facts = { .calls = 2, .output = "4628855992006737920\n"
					  "4628855992006737920\n" };

void victim(void)
{
	static const double x[] = { 1, 2, 3 }, y[] = { 4, 5, 5 };
	const int n = 3, one = 1;
	uint64_t bits;

	for (int i = 0; i < 2; i++) {
		double sum = ddot_(&n, x, &one, y, &one);

		memcpy(&bits, &sum, sizeof(bits));
		emit(bits);
	}
}
