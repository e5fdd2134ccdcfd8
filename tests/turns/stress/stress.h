/* SPDX-License-Identifier: MIT */
/* Programs whose result hangs on the order of their threads, by design. Each
 * prints one line. */
#ifndef SAMEBITS_TEST_STRESS_H
#define SAMEBITS_TEST_STRESS_H

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMBERS 4

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
	hash ^= hash >> 29;
	return hash * 0xbf58476d1ce4e5b9u;
}

static inline void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "stress: %s\n", what);
	_exit(1);
}

/* MEMBERS threads, each told its number. A limit of time for all. */
static inline void race(void *(*body)(void *))
{
	pthread_t t[MEMBERS];

	alarm(120);
	for (intptr_t i = 0; i < MEMBERS; i++)
		check(!pthread_create(&t[i], NULL, body, (void *)i), "create");
	for (int i = 0; i < MEMBERS; i++)
		check(!pthread_join(t[i], NULL), "join");
}

#endif
