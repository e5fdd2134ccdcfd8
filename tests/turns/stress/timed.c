/* SPDX-License-Identifier: MIT */
/* How much threads do until their time is over, and who sleeps when. */
#include <time.h>

#include "stress.h"

static long rounds[MEMBERS];
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static uint64_t order;

static long micros(void)
{
	struct timespec ts;

	check(!clock_gettime(CLOCK_MONOTONIC, &ts), "clock");
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void *work(void *arg)
{
	intptr_t me = (intptr_t)arg;
	long end = micros() + 3000 + 500 * me;

	while (micros() < end) {
		rounds[me]++;
		if (rounds[me] % 50 == 0)
			usleep(200 + 10 * (unsigned)me);
		if (rounds[me] % 100)
			continue;
		check(!pthread_mutex_lock(&m), "lock");
		order = mix(order, (uint64_t)me);
		check(!pthread_mutex_unlock(&m), "unlock");
	}
	return arg;
}

int main(void)
{
	race(work);
	for (int i = 0; i < MEMBERS; i++)
		order = mix(order, (uint64_t)rounds[i]);
	printf("%016llx\n", (unsigned long long)order);
	return 0;
}
