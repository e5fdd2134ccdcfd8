/* SPDX-License-Identifier: MIT */
/* Who lets a thread go without being scheduled: handlers of signals in threads
 * that wait, and threads that libc makes by itself. Nothing may be lost between
 * a thread's look at a lock and its wait. And what such handlers fork. */
#include <aio.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>

#include "scene.h"

#define ROUNDS 5000

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static sem_t s, ready;
static pthread_t whom;
static int done, stop, fd, word, ends[2];
static pid_t child, parent;
static char name[] = "/tmp/samebits-bystanders-XXXXXX";

static void post(int sig)
{
	(void)sig;
	must(sem_post(&s) == 0);
}

static void *waits_in_vain(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	must(sem_post(&ready) == 0);
	while (!peek(stop)) {
		struct timespec late = in_ms(CLOCK_REALTIME, 20000);

		pthread_cond_timedwait(&c, &m, &late);
	}
	must(pthread_mutex_unlock(&m) == 0);
	return arg;
}

static void block(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(pthread_sigmask(how, &set, NULL) == 0);
}

/* Each signal's handler, in the other thread, lets this one go on. */
static void handlers_post(void)
{
	must(sem_init(&s, 0, 0) == 0 && sem_init(&ready, 0, 0) == 0);
	handle(SIGUSR1, post, 0);
	whom = start(waits_in_vain, NULL);
	must(sem_wait(&ready) == 0);
	block(SIG_BLOCK);
	for (int i = 0; i < ROUNDS; i++) {
		must(kill(getpid(), SIGUSR1) == 0);
		must(sem_wait(&s) == 0);
	}
	must(pthread_mutex_lock(&m) == 0);
	put(stop, 1);
	must(pthread_cond_signal(&c) == 0);
	must(pthread_mutex_unlock(&m) == 0);
	joined(whom);
}

static void make_file(void)
{
	must((fd = mkstemp(name)) >= 0 && unlink(name) == 0);
	must(write(fd, "abcdefgh", 8) == 8);
}

/* A read whose end is told to `told`, in a thread of libc's. */
static void read_and_tell(void (*told)(union sigval))
{
	static char text[4];
	static struct aiocb read;

	read = (struct aiocb){ .aio_fildes = fd, .aio_buf = text,
			       .aio_nbytes = 3 };
	read.aio_sigevent.sigev_notify = SIGEV_THREAD;
	read.aio_sigevent.sigev_notify_function = told;
	must(aio_read(&read) == 0);
}

static void *nothing(void *arg)
{
	return arg;
}

static void signals(union sigval value)
{
	(void)value;
	must(pthread_mutex_lock(&m) == 0);
	done++;
	must(pthread_cond_signal(&c) == 0);
	must(pthread_mutex_unlock(&m) == 0);
}

static void *signalled(void *arg)
{
	for (int i = 1; i <= 300; i++) {
		read_and_tell(signals);
		must(pthread_mutex_lock(&m) == 0);
		while (done < i)
			must(pthread_cond_wait(&c, &m) == 0);
		must(pthread_mutex_unlock(&m) == 0);
	}
	return arg;
}

static void conditions(void)
{
	make_file();
	joined(start(signalled, NULL));
	must(done == 300);
}

/* Both sides want the same locks all the time. */
static void fights(union sigval value)
{
	(void)value;
	for (int i = 0; i < 200; i++) {
		must(pthread_mutex_lock(&m) == 0);
		done++;
		must(pthread_mutex_unlock(&m) == 0);
		must(pthread_rwlock_wrlock(&l) == 0);
		done++;
		must(pthread_rwlock_unlock(&l) == 0);
	}
	must(sem_post(&s) == 0);
}

static void *fought(void *arg)
{
	for (int i = 0; i < 50; i++) {
		read_and_tell(fights);
		for (int k = 0; k < 200; k++) {
			must(pthread_mutex_lock(&m) == 0);
			word++;
			must(pthread_mutex_unlock(&m) == 0);
			must(pthread_rwlock_rdlock(&l) == 0);
			sched_yield();
			must(pthread_rwlock_unlock(&l) == 0);
		}
		must(sem_wait(&s) == 0);
	}
	return arg;
}

static void locks(void)
{
	make_file();
	must(sem_init(&s, 0, 0) == 0);
	joined(start(fought, NULL));
	joined(start(nothing, NULL));
	must(word == 50 * 200 && done >= 50 * 200);
}

/* The child's only thread is the one that waited. */
static void fork_and_post(int sig)
{
	pid_t pid = fork();

	(void)sig;
	must(pid >= 0);
	if (pid) {
		put(child, pid);
		return;
	}
	alarm(SCENE_LIMIT);
	must(sem_post(&s) == 0);
}

static void check_child(void)
{
	until(peek(child));
	child_exits(peek(child), 7);
}

static void at_semaphore(void)
{
	while (sem_wait(&s))
		must(errno == EINTR);
}

static void at_semaphore_timed(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 20000);

	while (sem_timedwait(&s, &late))
		must(errno == EINTR);
}

static void at_sleep(void)
{
	pause_ms(30);
}

static void at_pipe(void)
{
	struct pollfd p = { ends[0], POLLIN, 0 };

	must(poll(&p, 1, 20000) == -1 && errno == EINTR);
}

static void at_condition(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 50);

	must(pthread_mutex_lock(&m) == 0);
	pthread_cond_timedwait(&c, &m, &late);
	must(pthread_mutex_unlock(&m) == 0);
}

static void (*const places[])(void) = { at_semaphore, at_semaphore_timed,
					at_sleep, at_pipe, at_condition };

static void *is_forked(void *arg)
{
	places[(intptr_t)arg]();
	if (getpid() != parent) {
		joined(start(nothing, NULL)); /* it works as before */
		_exit(7);
	}
	return arg;
}

static void handlers_fork(void)
{
	must(sem_init(&s, 0, 0) == 0 && pipe(ends) == 0);
	parent = getpid();
	handle(SIGUSR1, fork_and_post, 0);
	for (size_t i = 0; i < count_of(places); i++) {
		pthread_t t = start(is_forked, (void *)i);

		put(child, 0);
		pause_ms(5);
		must(pthread_kill(t, SIGUSR1) == 0);
		check_child();
		must(sem_post(&s) == 0);
		joined(t);
		while (sem_trywait(&s) == 0)
			;
	}
}

/* It may not even have begun. */
static void handlers_fork_at_birth(void)
{
	must(sem_init(&s, 0, 0) == 0);
	parent = getpid();
	handle(SIGUSR1, fork_and_post, 0);
	for (int i = 0; i < 10; i++) {
		pthread_t t = start(is_forked, (void *)0);

		put(child, 0);
		must(pthread_kill(t, SIGUSR1) == 0);
		check_child();
		must(sem_post(&s) == 0);
		joined(t);
	}
}

TURNS_SCENES({ "handlers_post", handlers_post }, { "conditions", conditions },
	     { "locks", locks }, { "handlers_fork", handlers_fork },
	     { "handlers_fork_at_birth", handlers_fork_at_birth })
