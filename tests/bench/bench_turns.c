/* SPDX-License-Identifier: MIT */
/* What threads cost: nanoseconds of lock and unlock, a pass of the turn, and a
 * short thread. Beside other threads, as in one alone libc takes no lock. */
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>

#include "now.h"

#define LOCKS 1000000
#define PASSES 20000
#define THREADS 1000

static pthread_barrier_t begin;

/* Of the calling thread's processor time: others may run beside it. */
static double busy(void)
{
	return now_of(CLOCK_THREAD_CPUTIME_ID);
}

static void *locks(void *arg)
{
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	double *ns = arg, since;

	pthread_barrier_wait(&begin);
	since = busy();
	for (int i = 0; i < LOCKS; i++) {
		pthread_mutex_lock(&m);
		pthread_mutex_unlock(&m);
	}
	*ns = (busy() - since) / LOCKS;
	return NULL;
}

static void *yields(void *arg)
{
	pthread_barrier_wait(&begin);
	for (int i = 0; i < PASSES; i++)
		sched_yield();
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void make(pthread_t *t, void *(*body)(void *), void *arg)
{
	if (pthread_create(t, NULL, body, arg))
		__builtin_trap();
}

/* The least of four, each with a mutex of its own. Natively they go on at the
 * same time, in turns one after another; each takes its own time. */
static double lock_ns(void)
{
	double ns[4], least;
	pthread_t t[4];

	pthread_barrier_init(&begin, NULL, 4);
	for (int i = 0; i < 4; i++)
		make(&t[i], locks, &ns[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	least = ns[0];
	for (int i = 1; i < 4; i++)
		least = ns[i] < least ? ns[i] : least;
	return least;
}

static double pass_us(void)
{
	pthread_t t[2];
	double since;

	pthread_barrier_init(&begin, NULL, 2);
	since = now();
	for (int i = 0; i < 2; i++)
		make(&t[i], yields, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return (now() - since) / (2 * PASSES) / 1e3;
}

static double thread_us(void)
{
	double since = now();
	pthread_t t;

	for (int i = 0; i < THREADS; i++) {
		make(&t, nothing, NULL);
		pthread_join(t, NULL);
	}
	return (now() - since) / THREADS / 1e3;
}

int main(void)
{
	printf("lock %.2f\npass %.3f\nthread %.3f\n", lock_ns(), pass_us(),
	       thread_us());
	return 0;
}
