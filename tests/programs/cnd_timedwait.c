/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	cnd_t cond;
	mtx_t mutex;

	cnd_init(&cond);
	mtx_init(&mutex, mtx_plain);
	mtx_lock(&mutex);
	wait_emit(began, cnd_timedwait(&cond, &mutex, &until) == thrd_timedout);
}
