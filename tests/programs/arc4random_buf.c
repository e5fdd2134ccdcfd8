/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	uint64_t n;

	for (int i = 0; i < 3; i++) {
		arc4random_buf(&n, sizeof(n));
		emit(n);
	}
}
