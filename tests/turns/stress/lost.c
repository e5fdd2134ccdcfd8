/* SPDX-License-Identifier: MIT */
/* A counter that threads increment without a lock: some updates are lost. */
#include "stress.h"

#define STEPS 20000

static volatile long counter;

static void *increment(void *arg)
{
	for (int i = 0; i < STEPS; i++) {
		long seen = counter;

		if (i % 1000 == 500)
			sched_yield();
		counter = seen + 1;
	}
	return arg;
}

int main(void)
{
	race(increment);
	check(counter >= STEPS / 1000 && counter <= MEMBERS * STEPS, "counter");
	printf("%ld\n", counter);
	return 0;
}
