/* SPDX-License-Identifier: MIT */
/* Seeds in every thread; what is printed must repeat. */
#include <pthread.h>

#include "hazard.h"

static pthread_barrier_t barrier;
static int out[8][64];

static void *seeds_and_draws(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 64; i++) {
		if (i % 16 == 7)
			srand(me * 100 + (unsigned)i);
		out[me][i] = rand();
	}
	return NULL;
}

static void everywhere(void)
{
	pthread_t t[8];
	unsigned digest = 0;

	pthread_barrier_init(&barrier, NULL, 8);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, seeds_and_draws,
			       (void *)(uintptr_t)i);
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], NULL);
		for (int k = 0; k < 64; k++)
			digest = digest * 31 + (unsigned)out[i][k];
	}
	printf("%u\n", digest);
	fflush(stdout);
}

/* What B draws, while A draws nothing, or much. */
static void *much(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		rand();
		drand48();
	}
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void *few(void *arg)
{
	printf("%d %d %.17g %ld\n", rand(), rand(), drand48(), lrand48());
	fflush(stdout);
	return arg;
}

static void with(void *(*other)(void *))
{
	pthread_t a, b;

	pthread_create(&a, NULL, other, NULL);
	pthread_create(&b, NULL, few, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}

static void beside_much(void)
{
	with(much);
}

static void beside_nothing(void)
{
	with(nothing);
}

static void draws(void)
{
	few(NULL);
}

static void never(void)
{
	draws();
}

static void from_time(void)
{
	srand((unsigned)time(NULL));
	srand48(time(NULL));
	draws();
}

static void constant(void)
{
	srand(7);
	srand48(7);
	draws();
}

SCENES({ "everywhere", everywhere }, { "beside_much", beside_much },
       { "beside_nothing", beside_nothing }, { "never", never },
       { "from_time", from_time }, { "constant", constant })
