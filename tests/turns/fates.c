/* SPDX-License-Identifier: MIT */
/* Programs whose end depends on the order of their threads: natively almost
 * always the same. Not of the suite of scenes. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER,
		       second = PTHREAD_MUTEX_INITIALIZER;
static volatile int counter, arrived;
static int *volatile shared;

/* A call, so that in turns another thread may come here. */
static void pause_in_turns(void)
{
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
}

static void both(pthread_mutex_t *a, pthread_mutex_t *b)
{
	pthread_mutex_lock(a);
	pthread_mutex_lock(b); /* planted */
	counter++;
	pthread_mutex_unlock(b);
	pthread_mutex_unlock(a);
}

static void *crosses(void *arg)
{
	for (int i = 0; i < 20; i++)
		both(arg ? &first : &second, arg ? &second : &first);
	return arg;
}

static void *uses(void *arg)
{
	if (arg)
		shared = calloc(1, sizeof(*shared));
	else
		*shared = 1; /* nobody says that it is there */
	return arg;
}

/* Each waits for all; a lost count lets them wait for ever. */
static void *meets(void *arg)
{
	int n = arrived;

	for (int i = 0; i < 100; i++)
		pause_in_turns();
	arrived = n + 1;
	while (arrived < 2)
		sched_yield();
	return arg;
}

static void *counts(void *arg)
{
	for (int i = 0; i < 50; i++) {
		int n = counter;

		pause_in_turns();
		counter = n + 1;
	}
	return arg;
}

static void report(void)
{
	FILE *f = fopen("count.txt", "w");

	if (!f)
		exit(1);
	fprintf(f, "two threads have counted\n");
	fprintf(f, "to %d\n", counter); /* counted */
	fclose(f);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void *(*body)(void *);
	} fate[] = { { "deadlock", crosses },
		     { "crash", uses },
		     { "endless", meets },
		     { "file", counts } };
	pthread_t t[2];
	size_t i = 0;

	while (argc > 1 && i < 4 && strcmp(fate[i].name, argv[1]))
		i++;
	if (argc < 2 || i == 4)
		return 2;
	for (int k = 0; k < 2; k++)
		if (pthread_create(&t[k], NULL, fate[i].body, k ? NULL : &t))
			return 1;
	for (int k = 0; k < 2; k++)
		pthread_join(t[k], NULL);
	if (!strcmp(argv[1], "file"))
		report();
	puts("done");
	return 0;
}
