/* SPDX-License-Identifier: MIT */
/* Programs that never end, as all their threads wait for each other: natively
 * a time limit ends them. Not of the suite of scenes. */
#include <semaphore.h>

#include "scene.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER,
		       second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t b;
static pthread_t joins[2];
static sem_t s;

static void *crosses(void *arg)
{
	must(pthread_mutex_lock(&second) == 0);
	pthread_barrier_wait(&b);
	must(pthread_mutex_lock(&first) == 0);
	return arg;
}

static void crossed(void)
{
	must(pthread_barrier_init(&b, NULL, 2) == 0);
	must(pthread_mutex_lock(&first) == 0);
	start(crosses, NULL);
	pthread_barrier_wait(&b);
	must(pthread_mutex_lock(&second) == 0);
}

static void *joins_other(void *arg)
{
	pthread_barrier_wait(&b);
	pthread_join(joins[!arg], NULL);
	return arg;
}

static void joined_crosswise(void)
{
	must(pthread_barrier_init(&b, NULL, 3) == 0);
	joins[0] = start(joins_other, NULL);
	joins[1] = start(joins_other, "second");
	pthread_barrier_wait(&b);
	joined(joins[0]);
}

static void *waits(void *arg)
{
	must(pthread_mutex_lock(&first) == 0);
	for (;;)
		pthread_cond_wait(&c, &first);
	return arg;
}

/* The signal went by before anybody waited. */
static void missed_signal(void)
{
	pthread_t t;

	must(pthread_cond_signal(&c) == 0);
	t = start(waits, NULL);
	joined(t);
}

static void *takes(void *arg)
{
	must(sem_wait(&s) == 0);
	return arg;
}

static void forgotten_post(void)
{
	must(sem_init(&s, 0, 1) == 0);
	together(3, takes);
}

static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;

static void *reads(void *arg)
{
	must(pthread_rwlock_rdlock(&l) == 0);
	return arg;
}

/* The first thread is gone, for good. */
static void orphaned(void)
{
	must(pthread_create(&joins[0], NULL, waits, NULL) == 0);
	pthread_exit(NULL);
}

/* Who writes waits for who wants to read. */
static void written(void)
{
	must(pthread_rwlock_wrlock(&l) == 0);
	joined(start(reads, NULL));
}

static void relocked(void)
{
	must(pthread_mutex_lock(&first) == 0);
	must(pthread_mutex_lock(&first) == 0);
}

TURNS_SCENES({ "crossed", crossed }, { "joined_crosswise", joined_crosswise },
	     { "missed_signal", missed_signal },
	     { "forgotten_post", forgotten_post }, { "written", written },
	     { "orphaned", orphaned }, { "relocked", relocked })
