/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 2, .output = "0\n1\n0\n0\n" };

void victim(void)
{
	struct itimerval set = { .it_value = { 0, WAIT_NS / 1000 } }, old;
	int64_t began = real_ns();

	signal(SIGALRM, fire);
	emit((uint64_t)setitimer(ITIMER_REAL, &set, NULL));
	while (!fired)
		sched_yield();
	emit(real_ns() - began >= WAIT_NS);
	set.it_value.tv_usec = 0;
	emit((uint64_t)setitimer(ITIMER_REAL, &set, &old));
	emit((uint64_t)old.it_value.tv_usec);
}
