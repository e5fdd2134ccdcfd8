/* SPDX-License-Identifier: MIT */
/* Threads that meet by each kind of lock: what they come to depends on who came
 * first, and on nothing that is not locked. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 400

static uint64_t order = 1469598103934665603u; /* of all that was done */

static void did(uint64_t what)
{
	order = (order ^ what) * 1099511628211u;
}

/* So that threads do not run one after the other. */
static void dawdle(void)
{
	unsigned char n;

	if (getrandom(&n, 1, 0) == 1 && n < 24)
		usleep(n);
}

static struct timespec soon(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_nsec += 200000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	return ts;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t sem;
static pthread_barrier_t barrier;
static mtx_t mtx;

static void by_mutex(uint64_t id)
{
	pthread_mutex_lock(&mutex);
	did(id);
	pthread_mutex_unlock(&mutex);
}

static void by_trying(uint64_t id)
{
	struct timespec ts;
	int ret = pthread_mutex_trylock(&mutex);

	if (ret == EBUSY) {
		ts = soon(CLOCK_REALTIME);
		ret = pthread_mutex_timedlock(&mutex, &ts);
	}
	if (ret) {
		pthread_mutex_lock(&mutex);
		did(1000);
	}
	did(id);
	if (id == 1)
		usleep(20);
	pthread_mutex_unlock(&mutex);
}

/* Passed round: who holds it says who is next. */
static unsigned tokens, waiting;

static void by_condition(uint64_t id)
{
	pthread_mutex_lock(&mutex);
	waiting++;
	if (waiting == THREADS || !tokens) {
		tokens += waiting;
		pthread_cond_broadcast(&cond);
	}
	while (!tokens)
		pthread_cond_wait(&cond, &mutex);
	tokens--;
	waiting--;
	did(id);
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
}

static void by_limits(uint64_t id)
{
	struct timespec ts = soon(CLOCK_REALTIME);

	pthread_mutex_lock(&mutex);
	did(id);
	if (pthread_cond_timedwait(&cond, &mutex, &ts) == ETIMEDOUT)
		did(id + 100);
	else
		did(id + 200);
	if (id % 2)
		pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
}

static void by_spin(uint64_t id)
{
	if (pthread_spin_trylock(&spin))
		pthread_spin_lock(&spin);
	else
		did(500);
	did(id);
	pthread_spin_unlock(&spin);
}

/* Readers only look: what writers did before. */
static uint64_t seen[THREADS];

static void by_rwlock(uint64_t id)
{
	if (id == 0) {
		pthread_rwlock_wrlock(&rwlock);
		did(id);
		pthread_rwlock_unlock(&rwlock);
	} else if (pthread_rwlock_tryrdlock(&rwlock) == 0) {
		seen[id] = seen[id] * 31 + order;
		pthread_rwlock_unlock(&rwlock);
	} else {
		pthread_rwlock_rdlock(&rwlock);
		seen[id] = seen[id] * 37 + order;
		pthread_rwlock_unlock(&rwlock);
	}
}

static void by_semaphore(uint64_t id)
{
	struct timespec ts = soon(CLOCK_REALTIME);
	int got = sem_trywait(&sem);

	if (got)
		got = sem_timedwait(&sem, &ts);
	if (got)
		got = sem_wait(&sem);
	did(id);
	sem_post(&sem);
}

static void by_barrier(uint64_t id)
{
	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		did(id);
	pthread_barrier_wait(&barrier);
}

static pthread_once_t once[ROUNDS];
static _Thread_local uint64_t me;
static _Thread_local unsigned round_now;

static void first(void)
{
	dawdle();
	did(me);
}

static void by_once(uint64_t id)
{
	me = id;
	pthread_once(&once[round_now], first);
	pthread_barrier_wait(&barrier);
}

static void by_c11(uint64_t id)
{
	if (mtx_trylock(&mtx) == thrd_busy) {
		mtx_lock(&mtx);
		did(900);
	}
	did(id);
	mtx_unlock(&mtx);
}

static const struct scene {
	const char *name;
	void (*meet)(uint64_t id);
} scenes[] = {
	{ "mutex", by_mutex },	       { "trying", by_trying },
	{ "condition", by_condition }, { "limits", by_limits },
	{ "spin", by_spin },	       { "rwlock", by_rwlock },
	{ "semaphore", by_semaphore }, { "barrier", by_barrier },
	{ "once", by_once },	       { "c11", by_c11 },
};
static const struct scene *scene;

static void *run(void *id)
{
	for (round_now = 0; round_now < ROUNDS; round_now++) {
		dawdle();
		scene->meet((uint64_t)(uintptr_t)id);
	}
	return NULL;
}

static void all(void)
{
	pthread_t t[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, run, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < THREADS; i++)
		did(seen[i]);
	printf("%s %016lx\n", scene->name, (unsigned long)order);
	fflush(stdout);
}

/* meetings SCENE [fork]: in a child too. */
int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(scenes) / sizeof(*scenes);
	     i++)
		if (!strcmp(argv[1], scenes[i].name))
			scene = &scenes[i];
	if (!scene)
		return 2;
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_barrier_init(&barrier, NULL, THREADS);
	sem_init(&sem, 0, 1);
	mtx_init(&mtx, mtx_plain);
	all();
	if (argc > 2 && fork() == 0) {
		all();
		return 0;
	}
	return argc > 2 && wait(NULL) < 0;
}
