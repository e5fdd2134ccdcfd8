/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	mtx_t mutex;

	mtx_init(&mutex, mtx_timed);
	mtx_lock(&mutex);
	wait_emit(began, mtx_timedlock(&mutex, &until) == thrd_timedout);
}
