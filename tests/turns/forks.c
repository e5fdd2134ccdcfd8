/* SPDX-License-Identifier: MIT */
/* Processes are made while there are threads. */
#include <semaphore.h>
#include <spawn.h>

#include "scene.h"

extern char **environ;

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static int stop, count, noted;
static char order[32];

static void prepare(void)
{
	must(pthread_mutex_lock(&m) == 0);
}

static void release(void)
{
	must(pthread_mutex_unlock(&m) == 0);
}

static void *locks(void *arg)
{
	while (!peek(stop)) {
		must(pthread_mutex_lock(&m) == 0);
		count++;
		if (arg)
			sched_yield();
		must(pthread_mutex_unlock(&m) == 0);
		sched_yield();
	}
	return arg;
}

static void *works(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	noted++;
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

/* A child is a process of one thread, which may make others. */
static void be_child(int status)
{
	alarm(SCENE_LIMIT);
	must(pthread_mutex_lock(&m) == 0);
	noted = 0;
	must(pthread_mutex_unlock(&m) == 0);
	together(3, works);
	must(noted == 3);
	_exit(status);
}

/* Forks among threads that lock; handlers keep the mutex sane. */
static void handlers_lock(void)
{
	pthread_t t[3];

	must(pthread_atfork(prepare, release, release) == 0);
	for (intptr_t i = 0; i < 3; i++)
		t[i] = start(locks, (void *)i);
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid == 0)
			be_child(i);
		child_exits(pid, i);
	}
	put(stop, 1);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
}

static void *forks(void *arg)
{
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (pid == 0)
			be_child((int)(intptr_t)arg);
		child_exits(pid, (int)(intptr_t)arg);
	}
	return arg;
}

/* Several threads fork at the same time, and wait each for its own. */
static void by_threads(void)
{
	must(pthread_atfork(prepare, release, release) == 0);
	together(4, forks);
}

static void note(char what)
{
	order[noted++] = what;
}

static void p1(void)
{
	note('a');
}

static void p2(void)
{
	note('b');
}

static void q1(void)
{
	note('c');
}

static void q2(void)
{
	note('d');
}

/* Before: the last registered first. After: in order. */
static void handlers_order(void)
{
	pid_t pid;

	must(pthread_atfork(p1, q1, q2) == 0);
	must(pthread_atfork(p2, q1, q2) == 0);
	must(pthread_atfork(NULL, NULL, NULL) == 0);
	pid = fork();
	if (pid == 0) {
		must(!strcmp(order, "badd"));
		_exit(12);
	}
	must(!strcmp(order, "bacc"));
	child_exits(pid, 12);
}

/* All others are gone in the child: what they waited on is made anew. */
static void *waits(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	noted++;
	while (!stop)
		must(pthread_cond_wait(&c, &m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void others_gone(void)
{
	pthread_t t[3];
	pid_t pid;

	for (int i = 0; i < 3; i++)
		t[i] = start(waits, NULL);
	until(peek(noted) == 3);
	must(pthread_mutex_lock(&m) == 0);
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		must(pthread_mutex_unlock(&m) == 0);
		must(pthread_mutex_init(&m, NULL) == 0);
		must(pthread_cond_init(&c, NULL) == 0);
		noted = 0;
		t[0] = start(waits, NULL);
		until(peek(noted) == 1);
		must(pthread_mutex_lock(&m) == 0);
		stop = 1;
		must(pthread_mutex_unlock(&m) == 0);
		must(pthread_cond_signal(&c) == 0);
		joined(t[0]);
		_exit(13);
	}
	must(pthread_mutex_unlock(&m) == 0);
	child_exits(pid, 13);
	must(pthread_mutex_lock(&m) == 0);
	stop = 1;
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_cond_broadcast(&c) == 0);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
}

/* The child of a thread has that thread's values, and may leave by any way. */
static void *forks_with_value(void *arg)
{
	pid_t pid;

	must(pthread_setspecific(key, arg) == 0);
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		must(pthread_getspecific(key) == arg);
		must(!pthread_equal(pthread_self(), 0));
		pthread_exit(NULL); /* the last thread: as exit(0) */
	}
	child_exits(pid, 0);
	must(pthread_getspecific(key) == arg);
	return NULL;
}

static void values(void)
{
	must(pthread_key_create(&key, NULL) == 0);
	for (int i = 0; i < 3; i++)
		joined(start(forks_with_value, "value"));
}

static void *descends(void *arg)
{
	intptr_t left = (intptr_t)arg;
	pid_t pid;

	if (!left)
		return NULL;
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		joined(start(descends, (void *)(left - 1)));
		exit(14);
	}
	child_exits(pid, 14);
	return NULL;
}

static void generations(void)
{
	joined(start(descends, (void *)4));
}

static void *executes(void *arg)
{
	char *const argv[] = { "sh", "-c", "exit 15", NULL };
	pid_t pid = fork();
	int status;
	FILE *f;

	if (pid == 0) {
		execv("/bin/sh", argv);
		_exit(99);
	}
	child_exits(pid, 15);
	must(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0);
	child_exits(pid, 15);
	pid = vfork();
	if (pid == 0) {
		execv("/bin/sh", argv);
		_exit(99);
	}
	child_exits(pid, 15);
	status = system("exit 16");
	must(WIFEXITED(status) && WEXITSTATUS(status) == 16);
	f = popen("exit 17", "r");
	must(f && fgetc(f) == EOF);
	status = pclose(f);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 17);
	return arg;
}

/* All ways to another program, with other threads at work. */
static void programs(void)
{
	pthread_t busy = start(locks, "yes");

	together(2, executes);
	put(stop, 1);
	joined(busy);
}

static cpu_set_t given;

/* A program started has the processors that this one was given. */
static void *compares(void *arg)
{
	cpu_set_t mine;

	must(sched_getaffinity(0, sizeof(mine), &mine) == 0);
	must(CPU_EQUAL(&mine, &given));
	must(!system("test \"$(grep Cpus_allowed_list /proc/self/status)\" = "
		     "\"$PROCESSORS\""));
	return arg;
}

static void processors(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[512] = "";

	must(sched_getaffinity(0, sizeof(given), &given) == 0);
	must(status);
	while (strncmp(line, "Cpus_allowed_list", 17))
		must(fgets(line, sizeof(line), status));
	line[strcspn(line, "\n")] = 0;
	must(fclose(status) == 0 && setenv("PROCESSORS", line, 1) == 0);
	together(2, compares);
	compares(NULL);
}

/* A child of the child is left over; the threads' exit does not wait. */
static void *ends_soon(void *arg)
{
	pause_ms(5);
	return arg;
}

static void *waits_for_any(void *arg)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(*(pid_t *)arg, &status, WNOHANG);
	while (pid == 0 && sched_yield() == 0);
	must(pid == *(pid_t *)arg);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 18);
	return NULL;
}

static void polled(void)
{
	pid_t pid = fork();
	pthread_t t;

	if (pid == 0) {
		together(3, ends_soon);
		_exit(18);
	}
	t = start(waits_for_any, &pid);
	joined(start(ends_soon, NULL));
	joined(t);
}

TURNS_SCENES({ "handlers_lock", handlers_lock }, { "by_threads", by_threads },
	     { "handlers_order", handlers_order },
	     { "others_gone", others_gone }, { "values", values },
	     { "generations", generations }, { "programs", programs },
	     { "processors", processors }, { "polled", polled })
