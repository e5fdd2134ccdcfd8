/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 1, .output = "14\n1\n10001\n" };

void victim(void)
{
	int64_t began = real_ns();

	signal(SIGALRM, fire);
	fire_soon();
	pause();
	wait_emit(began, fired);
}
