/* SPDX-License-Identifier: MIT */
/* A few words of memory that all threads read and write as what they read tells
 * them, with no lock. What is left of it is the signature. With an argument,
 * locks and yields now and then, which protect nothing. */
#include "stress.h"

#define WORDS 61
#define STEPS 100000

static volatile uint64_t words[WORDS];
static volatile uint64_t last[MEMBERS];
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int with_calls;

static void call(uint64_t value)
{
	if (value % 997 == 0) {
		sched_yield();
	} else if (value % 101 == 0) {
		check(!pthread_mutex_lock(&m), "lock");
		check(!pthread_mutex_unlock(&m), "unlock");
	}
}

static void *disturb(void *arg)
{
	uint64_t me = (uint64_t)(uintptr_t)arg, own = mix(7, me);

	for (int i = 0; i < STEPS; i++) {
		uint64_t from = own % WORDS, to = words[from] % WORDS;

		own = mix(own, words[from]);
		words[to] = mix(words[to], own);
		last[me] = own;
		if (i % 16 == 0) /* what a neighbour is doing right now */
			own = mix(own, last[(me + 1) % MEMBERS]);
		if (with_calls)
			call(own);
	}
	return arg;
}

int main(int argc, char **argv)
{
	uint64_t signature = 0;

	(void)argv;
	with_calls = argc > 1;
	for (uint64_t i = 0; i < WORDS; i++)
		words[i] = mix(1, i);
	race(disturb);
	for (int i = 0; i < WORDS; i++)
		signature = mix(signature, words[i]);
	printf("%016llx\n", (unsigned long long)signature);
	return 0;
}
