/* SPDX-License-Identifier: MIT */
/* Processes end while their threads still do something. */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <spawn.h>

#include "scene.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t b;
static pthread_key_t key;
static sem_t s;
static pthread_t worker, first;
static int begun, go, word, pipe_ends[2];

/* The scene goes on in a child, which has to end with this status. */
static void in_child(void (*body)(void), int status)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(SCENE_LIMIT);
		body();
		_exit(99);
	}
	child_exits(pid, status);
}

static void never_returns(void)
{
	put(begun, 100);
	for (;;)
		pause();
}

static void *stays(void *arg)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };
	sigset_t set;
	char byte;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	add(begun, 1);
	switch ((intptr_t)arg) {
	case 0:
		pthread_mutex_lock(&m);
		break;
	case 1: {
		static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

		pthread_mutex_lock(&own);
		for (;;)
			pthread_cond_wait(&c, &own);
	}
	case 2:
		pthread_rwlock_rdlock(&l);
		break;
	case 3:
		sem_wait(&s);
		break;
	case 4:
		pthread_barrier_wait(&b);
		break;
	case 5:
		pthread_join(first, NULL);
		break;
	case 6:
		must(read(pipe_ends[0], &byte, 1) == -1);
		break;
	case 7:
		sleep(100);
		break;
	case 8:
		poll(&p, 1, -1);
		break;
	case 9:
		syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
		break;
	case 10:
		sigwait(&set, &sig);
		break;
	case 11:
		pthread_once(&once, never_returns);
		break;
	default:
		for (;;)
			sched_yield();
	}
	_exit(98); /* nobody has let it go */
}

#define STAYING 13

static void surround(void)
{
	must(pipe(pipe_ends) == 0);
	must(sem_init(&s, 0, 0) == 0);
	must(pthread_barrier_init(&b, NULL, 2) == 0);
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_rwlock_wrlock(&l) == 0);
	first = pthread_self();
	for (intptr_t i = 0; i < STAYING; i++)
		start(stays, (void *)i);
	until(peek(begun) >= STAYING);
	pause_ms(5);
}

static void exits_amid(void)
{
	surround();
	exit(3);
}

static void amid_blocked(void)
{
	in_child(exits_amid, 3);
	in_child(exits_amid, 3);
}

/* As the first process too, by returning from main. */
static void return_amid(void)
{
	surround();
}

static void *calls_exit(void *arg)
{
	surround();
	exit((int)(intptr_t)arg);
}

static void main_waits(void)
{
	joined(start(calls_exit, (void *)4));
}

static void by_thread(void)
{
	in_child(main_waits, 4);
}

static void quick(void)
{
	surround();
	quick_exit(5);
}

static void underscore(void)
{
	surround();
	_exit(6);
}

static void *executes(void *arg)
{
	surround();
	execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
	return arg;
}

static void exec_by_thread(void)
{
	joined(start(executes, NULL));
}

static void other_ways(void)
{
	in_child(quick, 5);
	in_child(underscore, 6);
	in_child(exec_by_thread, 7);
}

static void *aborts(void *arg)
{
	surround();
	abort();
	return arg;
}

static void aborted(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(SCENE_LIMIT);
		joined(start(aborts, NULL));
		_exit(99);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void *works(void *arg)
{
	until(peek(go));
	must(pthread_mutex_lock(&m) == 0);
	word++;
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void join_at_exit(void)
{
	put(go, 1);
	must(!strcmp(joined(worker), "worked"));
	must(word == 1);
	_exit(8);
}

static void leaves_worker(void)
{
	must(atexit(join_at_exit) == 0);
	worker = start(works, "worked");
	exit(99);
}

/* What is registered for the exit joins, and makes threads of its own. */
static void joins(void)
{
	in_child(leaves_worker, 8);
}

static void *adds(void *arg)
{
	add(word, 1);
	return arg;
}

static void threads_at_exit(void)
{
	together(4, adds);
	must(word == 4);
	_exit(9);
}

static void leaves_nothing(void)
{
	must(atexit(threads_at_exit) == 0);
	exit(99);
}

static void creates(void)
{
	in_child(leaves_nothing, 9);
}

/* The handler needs a lock that a sleeping thread has. */
static void *holds(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	put(begun, 1);
	pause_ms(20);
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void lock_at_exit(void)
{
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	_exit(10);
}

static void leaves_holder(void)
{
	must(atexit(lock_at_exit) == 0);
	start(holds, NULL);
	until(peek(begun));
	exit(99);
}

static void locks(void)
{
	in_child(leaves_holder, 10);
}

/* main leaves; the last thread that ends ends the process, as by exit(0). */
static void *last(void *arg)
{
	pause_ms((int)(intptr_t)arg);
	return NULL;
}

static void say_ok(void)
{
	say("ok\n");
}

static void main_leaves(void)
{
	must(atexit(say_ok) == 0);
	for (intptr_t i = 1; i < 5; i++)
		must(pthread_detach(start(last, (void *)(i * 5))) == 0);
	pthread_exit(NULL);
}

static void *joins_main(void *arg)
{
	must(!strcmp(joined(*(pthread_t *)arg), "from main"));
	say("ok\n");
	exit(0);
}

/* main is a thread like others: it can be joined. */
static void main_joined(void)
{
	first = pthread_self();
	start(joins_main, &first);
	pthread_exit("from main");
}

static void clean(void *value)
{
	must(!strcmp(value, "main's"));
	say("ok\n");
}

static void *waits_for_main(void *arg)
{
	joined(first);
	return arg;
}

/* Handlers and destructors of main's run, too. */
static void main_destructors(void)
{
	must(pthread_key_create(&key, clean) == 0);
	must(pthread_setspecific(key, "main's") == 0);
	first = pthread_self();
	start(waits_for_main, NULL);
	pthread_exit(NULL);
}

/* Threads that begin while the process ends. */
static void *begins_more(void *arg)
{
	for (;;) {
		pthread_t t;

		if (pthread_create(&t, NULL, adds, NULL) == 0)
			must(pthread_detach(t) == 0);
		put(begun, 1);
		sched_yield();
	}
	return arg;
}

static void ends_amid_births(void)
{
	start(begins_more, NULL);
	until(peek(begun));
	exit(11);
}

static void amid_births(void)
{
	for (int i = 0; i < 5; i++)
		in_child(ends_amid_births, 11);
}

/* A signal that nobody handles ends it, whoever is blocked where. */
static void killed(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(SCENE_LIMIT);
		surround();
		must(kill(getpid(), SIGTERM) == 0);
		for (;;)
			pause();
	}
	must(waitpid(pid, &status, 0) == pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

/* Nobody waits for those that are detached. */
static void *sleeps_detached(void *arg)
{
	must(pthread_detach(pthread_self()) == 0);
	add(begun, 1);
	pause_ms((int)(intptr_t)arg);
	_exit(97);
}

static void leaves_detached(void)
{
	for (int i = 0; i < 5; i++)
		start(sleeps_detached, (void *)20000);
	until(peek(begun) == 5);
	exit(12);
}

static void detached(void)
{
	in_child(leaves_detached, 12);
}

/* quick_exit has handlers of its own, and no others; a thread calls it. */
static void join_quickly(void)
{
	put(go, 1);
	must(!strcmp(joined(worker), "quick"));
	must(word == 1);
	_exit(13);
}

static void not_now(void)
{
	_exit(96);
}

static void *quits(void *arg)
{
	quick_exit(95);
	return arg;
}

static void leaves_quickly(void)
{
	must(atexit(not_now) == 0 && at_quick_exit(join_quickly) == 0);
	worker = start(works, "quick");
	joined(start(quits, NULL));
}

static void quick_handlers(void)
{
	in_child(leaves_quickly, 13);
}

TURNS_SCENES({ "amid_blocked", amid_blocked }, { "return_amid", return_amid },
	     { "by_thread", by_thread }, { "other_ways", other_ways },
	     { "aborted", aborted }, { "joins", joins }, { "creates", creates },
	     { "locks", locks }, { "main_leaves", main_leaves },
	     { "main_joined", main_joined },
	     { "main_destructors", main_destructors },
	     { "amid_births", amid_births }, { "killed", killed },
	     { "detached", detached }, { "quick_handlers", quick_handlers })
