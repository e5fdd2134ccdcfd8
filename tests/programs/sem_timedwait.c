/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	sem_t sem;

	sem_init(&sem, 0, 0);
	wait_emit(began, sem_timedwait(&sem, &until) ? errno : 0);
}
