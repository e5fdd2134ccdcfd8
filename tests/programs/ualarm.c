/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "0\n1\n0\n" };

static volatile sig_atomic_t fired;

static void fire(int sig)
{
	fired = sig;
}

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
