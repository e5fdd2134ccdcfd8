/* SPDX-License-Identifier: MIT */
/* Sums of floating-point numbers in order of arrival: under a lock, and by
 * compare and exchange. */
#include "stress.h"

#define STEPS 2000

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static float locked;
static float atomic;

static void add_locked(float x)
{
	check(!pthread_mutex_lock(&m), "lock");
	locked += x;
	check(!pthread_mutex_unlock(&m), "unlock");
}

static void add_atomic(float x)
{
	float seen, sum;

	__atomic_load(&atomic, &seen, __ATOMIC_RELAXED);
	do
		sum = seen + x;
	while (!__atomic_compare_exchange(&atomic, &seen, &sum, 0,
					  __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

static void *sum(void *arg)
{
	uint64_t hash = (uint64_t)(uintptr_t)arg;

	for (int i = 0; i < STEPS; i++) {
		float x;

		hash = mix(hash, (uint64_t)i);
		x = (float)(hash % 1000003) / (float)(1 + hash % 977);
		add_locked(x);
		add_atomic(x);
		if (i % 200 == 0)
			sched_yield();
	}
	return arg;
}

int main(void)
{
	race(sum);
	printf("%a %a\n", (double)locked, (double)atomic);
	return 0;
}
