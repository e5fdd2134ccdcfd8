/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	uint64_t n;

	for (int i = 0; i < 3; i++) {
		arc4random_buf(&n, sizeof(n));
		emit(n);
	}
}
