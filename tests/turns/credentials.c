/* SPDX-License-Identifier: MIT */
/* Users and groups belong to the process in POSIX, to threads in the kernel:
 * libc signals all threads, wherever they wait, and waits for them. */
#include <grp.h>
#include <poll.h>
#include <semaphore.h>

#include "scene.h"

#define ELSEWHERE 4242

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t b;
static sem_t s;
static int begun, go, pipe_ends[2];
static gid_t group;
static uid_t user;

static void at_mutex(void)
{
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
}

static void at_condition(void)
{
	static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

	must(pthread_mutex_lock(&own) == 0);
	while (!peek(go))
		must(pthread_cond_wait(&c, &own) == 0);
	must(pthread_mutex_unlock(&own) == 0);
}

/* Such a signal's handler restarts what it interrupts. */
static void at_semaphore(void)
{
	must(sem_wait(&s) == 0);
}

static void at_barrier(void)
{
	pthread_barrier_wait(&b);
}

static void at_read(void)
{
	char byte;

	must(read(pipe_ends[0], &byte, 1) == 1);
}

static void at_sleep(void)
{
	until(peek(go));
}

static void at_yield(void)
{
	while (!peek(go))
		sched_yield();
}

static void at_poll(void)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };

	while (!peek(go))
		poll(&p, 1, 1);
}

static void (*const places[])(void) = { at_mutex,   at_condition, at_semaphore,
					at_barrier, at_read,	  at_sleep,
					at_yield,   at_poll };

static void *waits(void *arg)
{
	add(begun, 1);
	places[(intptr_t)arg]();
	must(syscall(SYS_getgid) == group && syscall(SYS_getegid) == group);
	must(syscall(SYS_getuid) == user && syscall(SYS_geteuid) == user);
	return arg;
}

static void let_go(void)
{
	put(go, 1);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_cond_broadcast(&c) == 0);
	must(sem_post(&s) == 0);
	pthread_barrier_wait(&b);
	must(write(pipe_ends[1], "x", 1) == 1);
}

static void change(void)
{
	bool root = geteuid() == 0;

	group = root ? ELSEWHERE : getgid();
	user = root ? ELSEWHERE : getuid();
	if (root)
		must(setgroups(0, NULL) == 0);
	must(setregid(group, group) == 0);
	must(setresgid(group, group, group) == 0);
	must(setegid(group) == 0 && setgid(group) == 0);
	must(setresuid(user, user, user) == 0);
	must(setreuid(user, user) == 0);
	must(seteuid(user) == 0 && setuid(user) == 0);
	if (root)
		must(setuid(0) == -1 && errno == EPERM);
}

static void *changes(void *arg)
{
	change();
	return arg;
}

static void everywhere(bool by_thread)
{
	pthread_t t[count_of(places)];

	must(sem_init(&s, 0, 0) == 0 && pipe(pipe_ends) == 0);
	must(pthread_barrier_init(&b, NULL, 2) == 0);
	must(pthread_mutex_lock(&m) == 0);
	for (size_t i = 0; i < count_of(places); i++)
		t[i] = start(waits, (void *)i);
	until(peek(begun) == count_of(places));
	pause_ms(5);
	if (by_thread)
		joined(start(changes, NULL));
	else
		change();
	let_go();
	for (size_t i = 0; i < count_of(places); i++)
		joined(t[i]);
}

static void by_main(void)
{
	everywhere(false);
}

static void by_thread(void)
{
	everywhere(true);
}

/* Threads that begin and end meanwhile. */
static void *begins_others(void *arg)
{
	while (!peek(go)) {
		joined(start(changes, NULL));
		sched_yield();
	}
	return arg;
}

static void amid_births(void)
{
	pthread_t t;

	change();
	t = start(begins_others, NULL);
	for (int i = 0; i < 50; i++) {
		must(setgid(group) == 0);
		sched_yield();
	}
	put(go, 1);
	joined(t);
}

TURNS_SCENES({ "by_main", by_main }, { "by_thread", by_thread },
	     { "amid_births", amid_births })
