/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_MONOTONIC);
	int64_t began = real_ns();
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

	pthread_rwlock_rdlock(&lock);
	wait_emit(began, pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &until));
}
