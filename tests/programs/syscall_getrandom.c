/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	uint64_t n;

	for (int i = 0; i < 3; i++) {
		if (syscall(SYS_getrandom, &n, sizeof(n), 0) != sizeof(n))
			return;
		emit(n);
	}
}
