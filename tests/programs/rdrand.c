/* SPDX-License-Identifier: MIT */
#include <immintrin.h>

#include "victim.h"

const struct facts facts = { .calls = 3 };

__attribute__((target("rdrnd"))) void victim(void)
{
	unsigned long long n;

	for (int i = 0; i < 3; i++) {
		if (!_rdrand64_step(&n))
			return;
		emit(n);
	}
}
