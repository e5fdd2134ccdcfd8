/* SPDX-License-Identifier: MIT */
/* Where stacks and memory lie: it hangs on who asks first, and on which thread
 * was really gone when the next one began. */
#include "stress.h"

#define GENERATIONS 30

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static uint64_t hash;
static int running;

static void note(const void *p)
{
	check(!pthread_mutex_lock(&m), "lock");
	hash = mix(hash, (uint64_t)(uintptr_t)p);
	check(!pthread_mutex_unlock(&m), "unlock");
}

static void *allocate(void *arg)
{
	void *kept[20];
	int n = 0;

	note(&n);
	for (int i = 0; i < 100; i++) {
		void *p = malloc((size_t)(16 + i * 37 % 1000));

		check(p != NULL, "malloc");
		note(p);
		if (i % 5)
			free(p);
		else
			kept[n++] = p;
	}
	while (n)
		free(kept[--n]);
	return arg;
}

static void *leave(void *arg)
{
	allocate(arg);
	check(!pthread_mutex_lock(&m), "lock");
	running--;
	check(!pthread_cond_signal(&ended), "signal");
	check(!pthread_mutex_unlock(&m), "unlock");
	return arg;
}

static void *generations(void *arg)
{
	for (int i = 0; i < GENERATIONS; i++) {
		pthread_t t;

		if (i % 2) {
			check(!pthread_create(&t, NULL, allocate, arg),
			      "create");
			check(!pthread_join(t, NULL), "join");
			continue;
		}
		check(!pthread_mutex_lock(&m), "lock");
		running++;
		check(!pthread_mutex_unlock(&m), "unlock");
		check(!pthread_create(&t, NULL, leave, arg), "create");
		check(!pthread_detach(t), "detach");
	}
	return arg;
}

int main(void)
{
	race(generations);
	check(!pthread_mutex_lock(&m), "lock");
	while (running)
		check(!pthread_cond_wait(&ended, &m), "wait");
	check(!pthread_mutex_unlock(&m), "unlock");
	printf("%016llx\n", (unsigned long long)hash);
	return 0;
}
