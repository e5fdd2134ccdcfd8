/* SPDX-License-Identifier: MIT */
/* Threads: small, many, and at their ends. */
#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>

#include "hazard.h"

static pthread_key_t key;
static int last_draws;

static void *draw(void *arg)
{
	struct timespec ts;

	time(NULL);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	*(int *)arg = rand();
	return arg;
}

/* A page of the program's own lies right below each stack: what runs over is
 * seen, or crashes. */
static void on_stack(size_t size)
{
	char *p = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t t;
	int n = -1;

	must(p != MAP_FAILED);
	memset(p, 0x5a, 4096);
	pthread_attr_init(&attr);
	must(pthread_attr_setstack(&attr, p + 4096, size) == 0);
	must(pthread_create(&t, &attr, draw, &n) == 0);
	must(pthread_join(t, NULL) == 0);
	must(n >= 0);
	for (int i = 0; i < 4096; i++)
		must(p[i] == 0x5a);
	munmap(p, size + 4096);
}

static void small_stack(void)
{
	on_stack(65536);
	on_stack(32768);
}

static void smallest_stack(void)
{
	on_stack((size_t)PTHREAD_STACK_MIN);
}

static void destroy(void *value)
{
	uintptr_t n = (uintptr_t)value;

	rand();
	time(NULL);
	if (n < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, (void *)(n + 1));
	else
		__atomic_add_fetch(&last_draws, 1, __ATOMIC_RELAXED);
}

static void *specific(void *arg)
{
	pthread_setspecific(key, (void *)1);
	rand();
	return arg;
}

static void destructors(void)
{
	pthread_key_create(&key, destroy);
	for (int i = 0; i < 50; i++) {
		pthread_t t;

		must(pthread_create(&t, NULL, specific, NULL) == 0);
		must(pthread_join(t, NULL) == 0);
	}
	must(last_draws == 50);
}

/* Their draws as a digest: equal between runs. */
static void one_after_another(void)
{
	unsigned digest = 0;

	for (int i = 0; i < 1000; i++) {
		pthread_t t;
		int n;

		must(pthread_create(&t, NULL, draw, &n) == 0);
		must(pthread_join(t, NULL) == 0);
		digest = digest * 31 + (unsigned)n;
	}
	printf("%u\n", digest);
	fflush(stdout);
}

static pthread_barrier_t all_there;

static void *waits(void *arg)
{
	pthread_barrier_wait(&all_there);
	return draw(arg);
}

static void at_once(void)
{
	enum { N = 500 };
	static pthread_t t[N];
	static int n[N];
	unsigned digest = 0;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_barrier_init(&all_there, NULL, N + 1);
	for (int i = 0; i < N; i++)
		must(pthread_create(&t[i], &attr, waits, &n[i]) == 0);
	pthread_barrier_wait(&all_there);
	for (int i = 0; i < N; i++) {
		must(pthread_join(t[i], NULL) == 0);
		digest = digest * 31 + (unsigned)n[i];
	}
	printf("%u\n", digest);
	fflush(stdout);
}

/* Detached threads that outlive main. */
static void *endless(void *arg)
{
	for (;;)
		draw(arg);
	return NULL;
}

static void outlive_main(void)
{
	static int n[4];

	for (int i = 0; i < 4; i++) {
		pthread_t t;

		must(pthread_create(&t, NULL, endless, &n[i]) == 0);
		must(pthread_detach(t) == 0);
	}
	usleep(5000);
}

SCENES({ "small_stack", small_stack }, { "smallest_stack", smallest_stack },
       { "destructors", destructors },
       { "one_after_another", one_after_another }, { "at_once", at_once },
       { "outlive_main", outlive_main })
