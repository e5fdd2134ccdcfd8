/* SPDX-License-Identifier: MIT */
#include "held.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until;
	int64_t began;
	pthread_t t;

	pthread_mutex_lock(&held);
	pthread_create(&t, NULL, until_released, NULL);
	until = wait_until(CLOCK_REALTIME);
	began = real_ns();
	wait_emit(began, pthread_timedjoin_np(t, NULL, &until));
	pthread_mutex_unlock(&held);
	pthread_join(t, NULL);
}
