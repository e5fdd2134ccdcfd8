/* SPDX-License-Identifier: MIT */
/* What wrapper.c wraps, from two threads. */
#include <pthread.h>
#include <sys/random.h>

#include "hazard.h"

static void *thread(void *arg)
{
	unsigned char bytes[4];
	struct timespec ts;
	void *p = malloc(100);

	must(getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes));
	must(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	printf("%02x%02x%02x%02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
	free(p);
	return arg;
}

int main(void)
{
	pthread_t t;

	thread(NULL);
	must(pthread_create(&t, NULL, thread, NULL) == 0);
	must(pthread_join(t, NULL) == 0);
	return 0;
}
