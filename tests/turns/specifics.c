/* SPDX-License-Identifier: MIT */
/* Thread-specific values, their destructors, and cleanup handlers. */
#include <limits.h>
#include <semaphore.h>

#include "scene.h"

static pthread_key_t key, another;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static sem_t s;
static int calls, total;
static char order[16];

static void *sets(void *arg)
{
	must(pthread_getspecific(key) == NULL);
	must(pthread_setspecific(key, "value") == 0);
	return arg;
}

static void locks(void *value)
{
	(void)value;
	for (int i = 0; i < 20; i++) {
		int seen;

		must(pthread_mutex_lock(&m) == 0);
		seen = total;
		if (i % 5 == 0)
			sched_yield();
		total = seen + 1;
		must(pthread_mutex_unlock(&m) == 0);
	}
}

static void destructor_locks(void)
{
	must(pthread_key_create(&key, locks) == 0);
	together(6, sets);
	must(total == 120);
}

static void rearms(void *value)
{
	add(calls, 1);
	must(pthread_setspecific(key, value) == 0);
}

static void destructor_rearms(void)
{
	must(pthread_key_create(&key, rearms) == 0);
	together(3, sets);
	must(calls == 3 * PTHREAD_DESTRUCTOR_ITERATIONS);
}

/* Sets a value of another key, whose destructor then has its turn. */
static void sets_another(void *value)
{
	must(pthread_setspecific(another, value) == 0);
}

static void posts(void *value)
{
	(void)value;
	add(calls, 1);
	must(sem_post(&s) == 0);
}

static void destructor_chain(void)
{
	must(sem_init(&s, 0, 0) == 0);
	must(pthread_key_create(&key, sets_another) == 0);
	must(pthread_key_create(&another, posts) == 0);
	must(pthread_detach(start(sets, NULL)) == 0);
	must(sem_wait(&s) == 0);
	together(4, sets);
	must(calls == 5);
}

static void signals(void *value)
{
	(void)value;
	must(pthread_mutex_lock(&m) == 0);
	total = 1;
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_cond_broadcast(&c) == 0);
}

static void destructor_signals(void)
{
	pthread_t t;

	must(pthread_key_create(&key, signals) == 0);
	t = start(sets, NULL);
	must(pthread_mutex_lock(&m) == 0);
	while (!total)
		must(pthread_cond_wait(&c, &m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	joined(t);
}

static void sleeps(void *value)
{
	(void)value;
	pause_ms(10);
	put(total, 1);
}

/* Join comes back after them. */
static void destructor_before_join(void)
{
	must(pthread_key_create(&key, sleeps) == 0);
	joined(start(sets, NULL));
	must(total == 1);
}

static void *adds(void *arg)
{
	add(calls, 1);
	return arg;
}

static void makes_thread(void *value)
{
	(void)value;
	joined(start(adds, NULL));
}

static void destructor_makes_thread(void)
{
	must(pthread_key_create(&key, makes_thread) == 0);
	together(3, sets);
	must(calls == 3);
}

static void *sets_own(void *arg)
{
	for (int i = 0; i < 5; i++) {
		must(pthread_setspecific(key, (char *)arg + 1) == 0);
		sched_yield();
		must(pthread_getspecific(key) == (char *)arg + 1);
	}
	must(pthread_setspecific(key, NULL) == 0);
	return arg;
}

static void own_values(void)
{
	must(pthread_key_create(&key, posts) == 0);
	must(pthread_setspecific(key, &calls) == 0);
	together(6, sets_own);
	must(pthread_getspecific(key) == &calls);
	must(calls == 0); /* nothing to destroy */
	must(pthread_key_delete(key) == 0);
	must(pthread_key_delete(key) == EINVAL);
}

static void *deletes(void *arg)
{
	sets(NULL);
	must(pthread_key_delete(key) == 0);
	return arg;
}

static void deleted_key(void)
{
	must(pthread_key_create(&key, posts) == 0);
	joined(start(deletes, NULL));
	must(calls == 0);
}

static void notes(void *arg)
{
	int n = add(total, 1);

	order[n - 1] = *(char *)arg;
}

static void *handlers(void *arg)
{
	must(pthread_setspecific(key, "d") == 0);
	pthread_cleanup_push(notes, "a");
	pthread_cleanup_push(notes, "b");
	pthread_cleanup_push(notes, "c");
	pthread_cleanup_pop(1);
	pthread_cleanup_push(notes, "x");
	pthread_cleanup_pop(0);
	if (arg)
		pthread_exit(arg);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

/* The last one first, and all before the destructors. */
static void cleanup_order(void)
{
	pthread_t t;

	must(pthread_key_create(&key, notes) == 0);
	must(!strcmp(joined(start(handlers, "exit")), "exit"));
	must(!strcmp(order, "cbad"));
	put(total, 0);
	memset(order, 0, sizeof(order));
	t = start(handlers, NULL);
	until(peek(total) == 1);
	must(pthread_cancel(t) == 0);
	must(joined(t) == PTHREAD_CANCELED);
	must(!strcmp(order, "cbad"));
}

static void unlocks(void *arg)
{
	must(pthread_mutex_unlock(arg) == 0);
}

static void *exits_with_lock(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	pthread_cleanup_push(unlocks, &m);
	pthread_exit(arg);
	pthread_cleanup_pop(0);
}

static void cleanup_unlocks(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		t[i] = start(exits_with_lock, NULL);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	for (int i = 0; i < 4; i++)
		joined(t[i]);
}

/* A handler that waits for what another thread does. */
static void waits(void *arg)
{
	must(sem_post(&s) == 0);
	until(peek(*(int *)arg));
}

static void *exits_slowly(void *arg)
{
	pthread_cleanup_push(waits, &total);
	pthread_exit(arg);
	pthread_cleanup_pop(0);
}

static void cleanup_waits(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	t = start(exits_slowly, NULL);
	must(sem_wait(&s) == 0);
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	put(total, 1);
	joined(t);
}

static __thread int own = 5;

static void *changes_own(void *arg)
{
	must(own == 5);
	for (int i = 0; i < 10; i++) {
		own++;
		sched_yield();
	}
	must(own == 15);
	return arg;
}

static void thread_storage(void)
{
	together(8, changes_own);
	must(own == 5);
}

/* A program may have as many keys as there are. */
static pthread_key_t *keys;
static size_t nkeys;

static void *has_all(void *arg)
{
	for (size_t i = 0; i < nkeys; i++)
		must(!pthread_getspecific(keys[i]));
	for (size_t i = 0; i < nkeys; i++)
		must(pthread_setspecific(keys[i], arg) == 0);
	for (size_t i = 0; i < nkeys; i++)
		must(pthread_getspecific(keys[i]) == arg);
	return arg;
}

static void all_keys(void)
{
	keys = calloc(PTHREAD_KEYS_MAX, sizeof(*keys));
	must(keys);
	while (nkeys < PTHREAD_KEYS_MAX &&
	       pthread_key_create(&keys[nkeys], NULL) == 0)
		nkeys++;
	must(nkeys == PTHREAD_KEYS_MAX);
	for (int i = 0; i < 3; i++)
		together(4, has_all);
	has_all(NULL);
	free(keys);
}

TURNS_SCENES({ "destructor_locks", destructor_locks },
	     { "destructor_rearms", destructor_rearms },
	     { "destructor_chain", destructor_chain },
	     { "destructor_signals", destructor_signals },
	     { "destructor_before_join", destructor_before_join },
	     { "destructor_makes_thread", destructor_makes_thread },
	     { "own_values", own_values }, { "deleted_key", deleted_key },
	     { "cleanup_order", cleanup_order },
	     { "cleanup_unlocks", cleanup_unlocks },
	     { "cleanup_waits", cleanup_waits },
	     { "thread_storage", thread_storage },
	     { "all_keys", all_keys })
