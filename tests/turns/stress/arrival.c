/* SPDX-License-Identifier: MIT */
/* Workers take pieces from a queue and append who did which, in order of
 * arrival. */
#include "stress.h"

#define PIECES 400

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static int ready, taken, done;
static uint64_t order[PIECES];

static uint64_t work(int piece)
{
	uint64_t hash = 0;

	for (int i = 0; i < piece % 7 * 500; i++)
		hash = mix(hash, (uint64_t)i);
	return hash;
}

static int take(void)
{
	int piece;

	check(!pthread_mutex_lock(&m), "lock");
	while (ready == taken && ready < PIECES)
		check(!pthread_cond_wait(&more, &m), "wait");
	piece = taken < PIECES ? taken++ : -1;
	check(!pthread_mutex_unlock(&m), "unlock");
	return piece;
}

static void *consume(uint64_t me)
{
	for (int piece = take(); piece >= 0; piece = take()) {
		uint64_t result = work(piece);

		check(!pthread_mutex_lock(&m), "lock");
		order[done++] = mix(result, me * PIECES + (uint64_t)piece);
		check(!pthread_mutex_unlock(&m), "unlock");
	}
	return NULL;
}

/* One of them fills the queue, in portions. */
static void *act(void *arg)
{
	if (arg)
		return consume((uint64_t)(uintptr_t)arg);
	for (int i = 0; i < PIECES; i += 10) {
		check(!pthread_mutex_lock(&m), "lock");
		ready += 10;
		check(!pthread_mutex_unlock(&m), "unlock");
		check(!pthread_cond_broadcast(&more), "broadcast");
		if (i % 50 == 0)
			usleep(100);
	}
	return consume(0);
}

int main(void)
{
	uint64_t hash = 0;

	race(act);
	check(done == PIECES, "pieces");
	for (int i = 0; i < PIECES; i++)
		hash = mix(hash, order[i]);
	printf("%016llx\n", (unsigned long long)hash);
	return 0;
}
