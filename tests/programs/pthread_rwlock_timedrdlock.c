/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

/* By another thread: to its own a wait here is EDEADLK. */
static void *write_lock(void *arg)
{
	pthread_rwlock_wrlock(&lock);
	return arg;
}

void victim(void)
{
	struct timespec until;
	int64_t began;
	pthread_t t;

	pthread_create(&t, NULL, write_lock, NULL);
	pthread_join(t, NULL);
	until = wait_until(CLOCK_REALTIME);
	began = real_ns();
	wait_emit(began, pthread_rwlock_timedrdlock(&lock, &until));
}
