/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

/* As a program calls it that was linked before glibc 2.3.2. */
int old_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
		  const struct timespec *until);
__asm__(".symver old_timedwait, pthread_cond_timedwait@GLIBC_2.2.5");

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	pthread_cond_t cond = { 0 };
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&mutex);
	wait_emit(began, old_timedwait(&cond, &mutex, &until));
}
