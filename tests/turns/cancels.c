/* SPDX-License-Identifier: MIT */
/* Cancellation: where it acts, where it does not, and what it leaves. */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "scene.h"

static pthread_mutex_t m;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t b;
static sem_t s;
static int cleaned, reached_point, go, taken, came_on;
static int pipe_ends[2], full[2], listener, queue;
static pthread_t sleeper;

static void wait_cond(void)
{
	pthread_cond_wait(&c, &m);
}

static void timedwait_cond(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	pthread_cond_timedwait(&c, &m, &late);
}

static void clockwait_cond(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 25000);

	pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC, &late);
}

static void (*const cond_waits[])(void) = { wait_cond, timedwait_cond,
					    clockwait_cond };

/* The mutex is locked again before handlers run. */
static void owns(void *arg)
{
	(void)arg;
	must(pthread_mutex_lock(&m) == EDEADLK);
	must(pthread_mutex_unlock(&m) == 0);
	add(cleaned, 1);
}

static void *waits_for_cond(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	pthread_cleanup_push(owns, NULL);
	reached_point = 1;
	for (;;)
		cond_waits[(intptr_t)arg]();
	pthread_cleanup_pop(0);
	return NULL;
}

static void make_mutex(void)
{
	pthread_mutexattr_t attr;

	must(pthread_mutexattr_init(&attr) == 0);
	must(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK) == 0);
	must(pthread_mutex_init(&m, &attr) == 0);
}

static bool is_waiting(void)
{
	bool waits;

	must(pthread_mutex_lock(&m) == 0);
	waits = reached_point;
	must(pthread_mutex_unlock(&m) == 0);
	return waits;
}

static void conditions(void)
{
	make_mutex();
	for (intptr_t i = 0; i < 6; i++) {
		pthread_t t;

		reached_point = 0;
		t = start(waits_for_cond, (void *)(i % 3));
		if (i < 3) /* else it may not have begun yet */
			until(is_waiting());
		must(pthread_cancel(t) == 0);
		must(joined(t) == PTHREAD_CANCELED);
		must(cleaned == i + 1 || (i >= 3 && !reached_point));
		cleaned = (int)i + 1;
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_mutex_unlock(&m) == 0);
	}
}

/* The canceller holds the mutex: the cancelled one waits for it. */
static void condition_held(void)
{
	pthread_t t;

	make_mutex();
	t = start(waits_for_cond, (void *)0);
	until(is_waiting());
	must(pthread_mutex_lock(&m) == 0);
	must(pthread_cancel(t) == 0);
	pause_ms(10);
	must(!peek(cleaned));
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	must(pthread_mutex_unlock(&m) == 0);
	must(joined(t) == PTHREAD_CANCELED);
	must(cleaned == 1);
}

static void unlock(void *arg)
{
	must(pthread_mutex_unlock(arg) == 0);
}

/* Takes a ticket; the rest is for others. */
static void *takes_ticket(void *arg)
{
	must(pthread_mutex_lock(&m) == 0);
	reached_point++;
	pthread_cleanup_push(unlock, &m);
	while (!go)
		pthread_cond_wait(&c, &m);
	go--;
	taken++;
	pthread_cleanup_pop(1);
	return arg;
}

/* Who is cancelled takes no signal away from the other. */
static void no_signal_lost(void)
{
	make_mutex();
	for (int i = 0; i < 50; i++) {
		pthread_t first, second;
		int now;

		reached_point = go = taken = 0;
		first = start(takes_ticket, NULL);
		second = start(takes_ticket, NULL);
		do {
			sched_yield();
			must(pthread_mutex_lock(&m) == 0);
			now = reached_point;
			must(pthread_mutex_unlock(&m) == 0);
		} while (now < 2);
		must(pthread_mutex_lock(&m) == 0);
		go = 1;
		must(pthread_cancel(first) == 0);
		must(pthread_cond_signal(&c) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		if (joined(first) != PTHREAD_CANCELED) {
			must(pthread_mutex_lock(&m) == 0);
			go = 1;
			must(pthread_mutex_unlock(&m) == 0);
			must(pthread_cond_signal(&c) == 0);
		}
		joined(second);
		must(go == 0);
	}
}

static void at_sem(void)
{
	sem_wait(&s);
}

static void at_sem_timed(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	sem_timedwait(&s, &late);
}

static void at_read(void)
{
	char byte;

	must(read(pipe_ends[0], &byte, 1) == -1);
}

static void at_write(void)
{
	must(write(full[1], "", 1) == -1);
}

static void at_nanosleep(void)
{
	struct timespec ts = { 25, 0 };

	nanosleep(&ts, NULL);
}

static void at_clock_nanosleep(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 25000);

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &late, NULL);
}

static void at_sleep(void)
{
	sleep(25);
}

static void at_usleep(void)
{
	usleep(900000);
}

static void at_pause(void)
{
	pause();
}

static void at_poll(void)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };

	poll(&p, 1, -1);
}

static void at_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipe_ends[0], &set);
	select(pipe_ends[0] + 1, &set, NULL, NULL, NULL);
}

static void at_epoll(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	static int ep;

	if (!ep) {
		ep = epoll_create1(0);
		must(epoll_ctl(ep, EPOLL_CTL_ADD, pipe_ends[0], &e) == 0);
	}
	epoll_wait(ep, &e, 1, -1);
}

static void at_accept(void)
{
	accept(listener, NULL, NULL);
}

static void at_recv(void)
{
	static int pair[2];
	char byte;

	if (!pair[1])
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	recv(pair[0], &byte, 1, 0);
}

static void at_join(void)
{
	pthread_join(sleeper, NULL);
}

static void at_sigwait(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigwait(&set, &sig);
}

static void at_sigsuspend(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigsuspend(&set);
}

static void at_msgrcv(void)
{
	struct {
		long type;
		char text[8];
	} message;

	msgrcv(queue, &message, sizeof(message.text), 0, 0);
}

static void at_testcancel(void)
{
	pthread_testcancel();
	usleep(1000);
}

static void at_waitpid(void)
{
	static pid_t child;

	if (!child) {
		child = fork();
		if (!child) {
			alarm(SCENE_LIMIT);
			for (;;)
				pause();
		}
		put(came_on, child);
	}
	waitpid(child, NULL, 0);
}

static void (*const points[])(void) = {
	at_sem,	       at_sem_timed, at_read,	    at_write,
	at_nanosleep,  at_usleep,    at_sleep,	    at_clock_nanosleep,
	at_pause,      at_poll,	     at_select,	    at_epoll,
	at_accept,     at_recv,	     at_join,	    at_sigwait,
	at_sigsuspend, at_msgrcv,    at_testcancel, at_waitpid,
};

static void clean(void *arg)
{
	(void)arg;
	add(cleaned, 1);
}

static void *stops_at(void *arg)
{
	pthread_cleanup_push(clean, NULL);
	put(reached_point, 1);
	for (;;)
		points[(intptr_t)arg]();
	pthread_cleanup_pop(0);
	return NULL;
}

static void *runs_into(void *arg)
{
	int was;

	pthread_cleanup_push(clean, NULL);
	must(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &was) == 0);
	must(was == PTHREAD_CANCEL_ENABLE);
	put(reached_point, 1);
	until(peek(go));
	must(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &was) == 0);
	must(was == PTHREAD_CANCEL_DISABLE);
	for (;;)
		points[(intptr_t)arg]();
	pthread_cleanup_pop(0);
	return NULL;
}

static void *sleeps_long(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void prepare_points(void)
{
	char block[4096] = { 0 };

	must(sem_init(&s, 0, 0) == 0);
	must(pipe(pipe_ends) == 0 && pipe(full) == 0);
	must(fcntl(full[1], F_SETFL, O_NONBLOCK) == 0);
	while (write(full[1], block, sizeof(block)) > 0)
		;
	must(fcntl(full[1], F_SETFL, 0) == 0);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	must(bind(listener, &(struct sockaddr){ .sa_family = AF_UNIX },
		  sizeof(sa_family_t)) == 0);
	must(listen(listener, 1) == 0);
	must((queue = msgget(IPC_PRIVATE, 0600)) >= 0);
	sleeper = start(sleeps_long, NULL);
}

static void clear_points(void)
{
	must(msgctl(queue, IPC_RMID, NULL) == 0);
	/* It is still to be joined. */
	must(pthread_cancel(sleeper) == 0);
	must(joined(sleeper) == PTHREAD_CANCELED);
	if (!came_on)
		return;
	must(kill(came_on, SIGKILL) == 0);
	must(waitpid(came_on, NULL, 0) == came_on);
}

/* Cancelled while it is blocked there. */
static void blocked(void)
{
	prepare_points();
	for (size_t i = 0; i < count_of(points); i++) {
		pthread_t t;

		put(reached_point, 0);
		t = start(stops_at, (void *)i);
		until(peek(reached_point));
		pause_ms(5);
		must(pthread_cancel(t) == 0);
		must(joined(t) == PTHREAD_CANCELED);
		must(peek(cleaned) == (int)i + 1);
	}
	clear_points();
}

/* Cancelled before it comes there. */
static void pending(void)
{
	prepare_points();
	for (size_t i = 0; i < count_of(points); i++) {
		pthread_t t;

		put(reached_point, 0);
		put(go, 0);
		t = start(runs_into, (void *)i);
		until(peek(reached_point));
		must(pthread_cancel(t) == 0);
		must(pthread_tryjoin_np(t, NULL) == EBUSY);
		put(go, 1);
		must(joined(t) == PTHREAD_CANCELED);
		must(peek(cleaned) == (int)i + 1);
	}
	clear_points();
}

/* Cancelled before its first instruction. */
static void *comes_to_point(void *arg)
{
	for (;;)
		sleep(1);
	return arg;
}

static void at_birth(void)
{
	for (int i = 0; i < 20; i++) {
		pthread_t t = start(comes_to_point, NULL);

		must(pthread_cancel(t) == 0);
		must(joined(t) == PTHREAD_CANCELED);
	}
}

static void *locks(void *arg)
{
	put(reached_point, 1);
	must(pthread_mutex_lock(&m) == 0);
	put(came_on, 1);
	must(pthread_mutex_unlock(&m) == 0);
	pthread_testcancel();
	return arg;
}

static void *meets(void *arg)
{
	put(reached_point, 1);
	pthread_barrier_wait(&b);
	put(came_on, 1);
	pthread_testcancel();
	return arg;
}

/* Locks and barriers are no such points. */
static void not_there(void)
{
	pthread_t t;

	make_mutex();
	must(pthread_barrier_init(&b, NULL, 2) == 0);
	must(pthread_mutex_lock(&m) == 0);
	t = start(locks, NULL);
	until(peek(reached_point));
	must(pthread_cancel(t) == 0);
	pause_ms(5);
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	must(pthread_mutex_unlock(&m) == 0);
	must(joined(t) == PTHREAD_CANCELED);
	must(came_on);
	put(reached_point, 0);
	put(came_on, 0);
	t = start(meets, NULL);
	until(peek(reached_point));
	must(pthread_cancel(t) == 0);
	pause_ms(5);
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	pthread_barrier_wait(&b);
	must(joined(t) == PTHREAD_CANCELED);
	must(came_on);
}

static void *refuses(void *arg)
{
	must(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL) == 0);
	put(reached_point, 1);
	must(sem_wait(&s) == 0);
	usleep(1000);
	pthread_testcancel();
	must(pthread_setcancelstate(12345, NULL) == EINVAL);
	must(pthread_setcanceltype(12345, NULL) == EINVAL);
	put(came_on, 1);
	return arg;
}

static void disabled(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	t = start(refuses, "finished");
	until(peek(reached_point));
	pause_ms(5);
	must(pthread_cancel(t) == 0);
	must(pthread_cancel(t) == 0);
	pause_ms(5);
	must(!peek(came_on));
	must(sem_post(&s) == 0);
	must(!strcmp(joined(t), "finished"));
}

/* It may act anywhere: not even a call is needed. */
static void *burns(void *arg)
{
	int was;

	pthread_cleanup_push(clean, NULL);
	must(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &was) == 0);
	must(was == PTHREAD_CANCEL_DEFERRED);
	put(reached_point, 1);
	for (;;)
		__asm__ volatile("" ::: "memory");
	pthread_cleanup_pop(0);
	return arg;
}

static void asynchronous(void)
{
	pthread_t t = start(burns, NULL);

	until(peek(reached_point));
	must(pthread_cancel(t) == 0);
	must(joined(t) == PTHREAD_CANCELED);
	must(cleaned == 1);
}

/* Asynchronous, and already asked for when it is allowed. */
static void *allows(void *arg)
{
	must(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL) == 0);
	must(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0);
	put(reached_point, 1);
	until(peek(go));
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	_exit(1);
	return arg;
}

static void asynchronous_pending(void)
{
	pthread_t t = start(allows, NULL);

	until(peek(reached_point));
	must(pthread_cancel(t) == 0);
	put(go, 1);
	joined(t); /* glibc 2.36 forgets the value */
}

static void *cancels_itself(void *arg)
{
	must(pthread_cancel(pthread_self()) == 0);
	put(reached_point, 1);
	pthread_testcancel();
	put(came_on, 1);
	return arg;
}

static void itself(void)
{
	must(joined(start(cancels_itself, NULL)) == PTHREAD_CANCELED);
	must(reached_point && !came_on);
}

/* The value of a semaphore is neither lost nor doubled. */
static void *takes(void *arg)
{
	must(sem_wait(&s) == 0);
	add(taken, 1);
	return arg;
}

static void posts_kept(void)
{
	must(sem_init(&s, 0, 0) == 0);
	for (int i = 0; i < 50; i++) {
		pthread_t t = start(takes, NULL);
		int value;

		put(taken, 0);
		if (i % 2)
			pause_ms(1);
		must(sem_post(&s) == 0);
		must(pthread_cancel(t) == 0);
		joined(t);
		must(sem_getvalue(&s, &value) == 0);
		must(value + taken == 1);
		if (value)
			must(sem_wait(&s) == 0);
	}
}

/* Handlers that block: nothing interrupts them. */
static void slow_clean(void *arg)
{
	(void)arg;
	pause_ms(5);
	must(sem_wait(&s) == 0);
	pthread_testcancel();
	put(cleaned, 1);
}

static void *cleans_slowly(void *arg)
{
	pthread_cleanup_push(slow_clean, NULL);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return arg;
}

static void blocking_handler(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	t = start(cleans_slowly, NULL);
	pause_ms(5);
	must(pthread_cancel(t) == 0);
	pause_ms(10);
	must(pthread_cancel(t) == 0);
	must(sem_post(&s) == 0);
	must(joined(t) == PTHREAD_CANCELED);
	must(cleaned == 1 || !cleaned); /* cancelled before the push */
}

/* Many waiters, all cancelled at once. */
static void crowd(void)
{
	pthread_t t[40];

	make_mutex();
	for (size_t i = 0; i < count_of(t); i++)
		t[i] = start(waits_for_cond, (void *)(i % 3));
	until(is_waiting());
	for (size_t i = 0; i < count_of(t); i++)
		must(pthread_cancel(t[i]) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		must(joined(t[i]) == PTHREAD_CANCELED);
	must(pthread_mutex_lock(&m) == 0);
}

TURNS_SCENES({ "conditions", conditions }, { "condition_held", condition_held },
	     { "no_signal_lost", no_signal_lost }, { "blocked", blocked },
	     { "pending", pending }, { "at_birth", at_birth },
	     { "not_there", not_there }, { "disabled", disabled },
	     { "asynchronous", asynchronous },
	     { "asynchronous_pending", asynchronous_pending },
	     { "itself", itself }, { "posts_kept", posts_kept },
	     { "blocking_handler", blocking_handler }, { "crowd", crowd })
