/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 2, .output = "0\n1\n0\n" };

void victim(void)
{
	int64_t began = real_ns();

	signal(SIGALRM, fire);
	emit(ualarm(WAIT_NS / 1000, 0));
	while (!fired)
		sched_yield();
	emit(real_ns() - began >= WAIT_NS);
	emit(ualarm(0, 0));
}
