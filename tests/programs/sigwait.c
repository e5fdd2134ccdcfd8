/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 1, .output = "14\n1\n10001\n" };

void victim(void)
{
	int64_t began = real_ns();
	sigset_t mask, set = fire_block(&mask);
	int sig = 0;

	fire_soon();
	sigwait(&set, &sig);
	wait_emit(began, sig);
}
