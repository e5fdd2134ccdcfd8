/* SPDX-License-Identifier: MIT */
/* A binary of an older glibc's, and one of today's. */
#include <errno.h>
#include <pthread.h>

#include "hazard.h"

#ifdef OLD_NAMES
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
__asm__(".symver pthread_cond_init, pthread_cond_init@GLIBC_2.2.5");
__asm__(".symver pthread_cond_wait, pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver pthread_cond_timedwait, pthread_cond_timedwait@GLIBC_2.2.5");
__asm__(".symver pthread_cond_signal, pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver pthread_cond_broadcast, pthread_cond_broadcast@GLIBC_2.2.5");
__asm__(".symver pthread_cond_destroy, pthread_cond_destroy@GLIBC_2.2.5");
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond;
static int turn;

static int timed(double seconds)
{
	struct timespec ts;
	long ns;

	clock_gettime(CLOCK_REALTIME, &ts);
	ns = ts.tv_nsec + (long)(seconds * 1e9);
	ts.tv_sec += ns / 1000000000;
	ts.tv_nsec = ns % 1000000000;
	return pthread_cond_timedwait(&cond, &mutex, &ts);
}

static void *other(void *arg)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != 1)
			must(pthread_cond_wait(&cond, &mutex) == 0);
		turn = 0;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void conditions(void)
{
	double start;
	pthread_t t;

	must(pthread_cond_init(&cond, NULL) == 0);
	pthread_mutex_lock(&mutex);
	start = kernel_time();
	must(timed(0.05) == ETIMEDOUT);
	must(kernel_time() - start >= 0.05);
	must(kernel_time() - start < 2);
	must(pthread_create(&t, NULL, other, NULL) == 0);
	for (int i = 0; i < 100; i++) {
		turn = 1;
		pthread_cond_signal(&cond);
		while (turn != 0)
			must(timed(20) == 0);
	}
	pthread_mutex_unlock(&mutex);
	must(pthread_join(t, NULL) == 0);
	must(pthread_cond_destroy(&cond) == 0);
}

SCENES({ "conditions", conditions })
