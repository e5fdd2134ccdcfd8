/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&mutex);
	wait_emit(began, pthread_cond_timedwait(&cond, &mutex, &until));
}
