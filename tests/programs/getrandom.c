/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	uint64_t n[3];

	for (int i = 0; i < 3; i++) {
		if (getrandom(&n[i], sizeof(n[i]), 0) != sizeof(n[i]))
			return;
		emit(n[i]);
	}
}
