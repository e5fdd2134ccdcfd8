/* SPDX-License-Identifier: MIT */
/* Signals and threads. */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>

#include "scene.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static sem_t s;
static int handled, begun, go, pipe_ends[2], in_wait;
static pthread_t handled_by;

static void count(int sig)
{
	(void)sig;
	handled_by = pthread_self();
	add(handled, 1);
}

static sigset_t set_of(int sig)
{
	sigset_t set;

	must(sigemptyset(&set) == 0 && sigaddset(&set, sig) == 0);
	return set;
}

static void block(int sig)
{
	sigset_t set = set_of(sig);

	must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static void unblock(int sig)
{
	sigset_t set = set_of(sig);

	must(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static int by_mutex(void)
{
	must(pthread_mutex_lock(&m) == 0);
	return pthread_mutex_unlock(&m);
}

static int by_timed_mutex(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	must(pthread_mutex_timedlock(&m, &late) == 0);
	return pthread_mutex_unlock(&m);
}

static int by_read_lock(void)
{
	must(pthread_rwlock_rdlock(&l) == 0);
	return pthread_rwlock_unlock(&l);
}

static int by_write_lock(void)
{
	must(pthread_rwlock_wrlock(&l) == 0);
	return pthread_rwlock_unlock(&l);
}

static pthread_mutex_t for_cond = PTHREAD_MUTEX_INITIALIZER;

static int by_cond(void)
{
	must(pthread_mutex_lock(&for_cond) == 0);
	while (!go)
		must(pthread_cond_wait(&c, &for_cond) == 0);
	return pthread_mutex_unlock(&for_cond);
}

static int by_timed_cond(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	must(pthread_mutex_lock(&for_cond) == 0);
	while (!go)
		must(pthread_cond_timedwait(&c, &for_cond, &late) == 0);
	return pthread_mutex_unlock(&for_cond);
}

static void *until_go(void *arg)
{
	sigset_t set;

	sigfillset(&set);
	must(pthread_sigmask(SIG_SETMASK, &set, NULL) == 0);
	until(peek(go));
	return arg;
}

static pthread_t target;

static int by_join(void)
{
	return pthread_join(target, NULL);
}

static int (*const patient[])(void) = { by_mutex,     by_timed_mutex,
					by_read_lock, by_write_lock,
					by_cond,      by_timed_cond,
					by_join };

static void *waits_patiently(void *arg)
{
	put(begun, 1);
	must(patient[(intptr_t)arg]() == 0);
	must(peek(go));
	return arg;
}

/* The handler runs, and the wait goes on: these never say EINTR. */
static void never_interrupted(void)
{
	handle(SIGUSR1, count, 0);
	for (size_t i = 0; i < count_of(patient); i++) {
		pthread_t t;

		put(go, 0);
		put(begun, 0);
		put(handled, 0);
		must(pthread_mutex_lock(&m) == 0);
		must(pthread_rwlock_wrlock(&l) == 0);
		target = start(until_go, NULL);
		t = start(waits_patiently, (void *)i);
		until(peek(begun));
		for (int k = 0; k < 3; k++) {
			must(pthread_kill(t, SIGUSR1) == 0);
			until(peek(handled) == k + 1);
			must(pthread_equal(handled_by, t));
			pause_ms(1);
		}
		must(pthread_mutex_lock(&for_cond) == 0);
		put(go, 1);
		must(pthread_mutex_unlock(&for_cond) == 0);
		must(pthread_cond_broadcast(&c) == 0);
		must(pthread_rwlock_unlock(&l) == 0);
		must(pthread_mutex_unlock(&m) == 0);
		joined(t);
		if (patient[i] != by_join)
			joined(target);
	}
}

static int from_nanosleep(void)
{
	struct timespec ts = { 25, 0 }, rest = { 0, 0 };
	int got = nanosleep(&ts, &rest);

	must(rest.tv_sec <= 25 && (rest.tv_sec || rest.tv_nsec));
	return got;
}

static int from_clock_nanosleep(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 25000);

	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &late, NULL);
	return errno ? -1 : 0;
}

static int from_sleep(void)
{
	must(sleep(25) > 0);
	errno = EINTR;
	return -1;
}

static int from_pause(void)
{
	return pause();
}

static int from_poll(void)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };

	return poll(&p, 1, 25000);
}

static int from_select(void)
{
	struct timeval late = { 25, 0 };

	return select(0, NULL, NULL, NULL, &late);
}

static int from_read(void)
{
	char byte;

	return (int)read(pipe_ends[0], &byte, 1);
}

static int from_sem(void)
{
	return sem_wait(&s);
}

static int from_sigtimedwait(void)
{
	struct timespec late = { 25, 0 };
	sigset_t set = set_of(SIGUSR2);

	return sigtimedwait(&set, NULL, &late);
}

static int from_sigsuspend(void)
{
	sigset_t set;

	must(sigemptyset(&set) == 0);
	return sigsuspend(&set);
}

static int (*const impatient[])(void) = {
	from_nanosleep, from_sleep,	   from_pause,
	from_poll,	from_select,	   from_read,
	from_sem,	from_sigtimedwait, from_sigsuspend,
};

static void *is_interrupted(void *arg)
{
	put(in_wait, 1);
	must((*(int (**)(void))arg)() == -1 && errno == EINTR);
	return NULL;
}

/* Sent until it comes back: the first one may come before the wait. */
static void interrupt(int (*const *wait)(void))
{
	pthread_t t;

	put(in_wait, 0);
	t = start(is_interrupted, (void *)wait);
	until(peek(in_wait));
	while (pthread_tryjoin_np(t, NULL)) {
		must(pthread_kill(t, SIGUSR1) == 0);
		pause_ms(2);
	}
}

static void interrupted(void)
{
	must(pipe(pipe_ends) == 0);
	must(sem_init(&s, 0, 0) == 0);
	block(SIGUSR2);
	handle(SIGUSR1, count, 0);
	for (size_t i = 0; i < count_of(impatient); i++)
		interrupt(&impatient[i]);
}

/* A sleep to a moment, too. */
static void interrupted_until(void)
{
	static int (*const wait)(void) = from_clock_nanosleep;

	handle(SIGUSR1, count, 0);
	for (int i = 0; i < 5; i++)
		interrupt(&wait);
}

static int from_sem_with_limit(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	return sem_timedwait(&s, &late);
}

/* One signal, to the only thread whose wait has an end. */
static void interrupted_once(void)
{
	static int (*const waits[])(void) = { from_sem_with_limit,
					      from_nanosleep };
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, count, SA_RESTART);
	for (size_t i = 0; i < count_of(waits); i++) {
		put(in_wait, 0);
		t = start(is_interrupted, (void *)&waits[i]);
		until(peek(in_wait));
		pause_ms(300);
		must(pthread_kill(t, SIGUSR1) == 0);
		joined(t);
	}
}

static void *waits_for_signal(void *arg)
{
	sigset_t set = set_of(SIGUSR1);
	siginfo_t info;
	int sig;

	must(sigwait(&set, &sig) == 0 && sig == SIGUSR1);
	must(sem_post(&s) == 0);
	must(sigwaitinfo(&set, &info) == SIGUSR1);
	must(info.si_pid == getpid());
	must(sem_post(&s) == 0);
	return arg;
}

/* Blocked everywhere, taken by the one that waits for it. */
static void waited_for(void)
{
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	block(SIGUSR1);
	t = start(waits_for_signal, NULL);
	must(pthread_kill(t, SIGUSR1) == 0);
	must(sem_wait(&s) == 0);
	must(kill(getpid(), SIGUSR1) ==
	     0); /* the process's, not the thread's */
	must(sem_wait(&s) == 0);
	joined(t);
}

static void in_vain(void)
{
	struct timespec soon = { 0, 10000000 }, none = { 0, 0 },
			odd = { 0, 1000000000 };
	sigset_t set = set_of(SIGUSR1);

	block(SIGUSR1);
	must(sigtimedwait(&set, NULL, &none) == -1 && errno == EAGAIN);
	must(sigtimedwait(&set, NULL, &soon) == -1 && errno == EAGAIN);
	must(sigtimedwait(&set, NULL, &odd) == -1 && errno == EINVAL);
	must(raise(SIGUSR1) == 0);
	must(sigtimedwait(&set, NULL, &none) == SIGUSR1);
}

static void *waits_for_values(void *arg)
{
	sigset_t set = set_of(SIGRTMIN);
	siginfo_t info;

	for (int i = 0; i < 5; i++) {
		must(sigwaitinfo(&set, &info) == SIGRTMIN);
		must(info.si_value.sival_int == i);
	}
	return arg;
}

/* None is lost, and they stay in order. */
static void queued(void)
{
	pthread_t t;

	block(SIGRTMIN);
	t = start(waits_for_values, NULL);
	for (int i = 0; i < 5; i++) {
		union sigval value = { .sival_int = i };

		must(pthread_sigqueue(t, SIGRTMIN, value) == 0);
	}
	joined(t);
}

static void *takes_them(void *arg)
{
	unblock(SIGUSR1);
	put(begun, 1);
	until(peek(handled));
	return arg;
}

/* One thread alone has it unblocked. */
static void to_process(void)
{
	pthread_t t;

	handle(SIGUSR1, count, 0);
	block(SIGUSR1);
	t = start(takes_them, NULL);
	until(peek(begun));
	must(kill(getpid(), SIGUSR1) == 0);
	joined(t);
	must(pthread_equal(handled_by, t));
}

static void *raises(void *arg)
{
	must(raise(SIGUSR1) == 0);
	must(pthread_equal(handled_by, pthread_self()));
	return arg;
}

static void raised(void)
{
	handle(SIGUSR1, count, 0);
	for (int i = 0; i < 5; i++)
		joined(start(raises, NULL));
	must(handled == 5);
}

/* Masks are inherited, and each thread's own. */
static void *has_mask(void *arg)
{
	sigset_t mask;

	must(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
	must(sigismember(&mask, SIGUSR1) == 1);
	must(sigismember(&mask, SIGUSR2) == 0);
	block(SIGUSR2);
	must(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
	must(sigismember(&mask, SIGUSR2) == 1);
	return arg;
}

static void masks(void)
{
	sigset_t mask;

	block(SIGUSR1);
	together(3, has_mask);
	must(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
	must(sigismember(&mask, SIGUSR2) == 0);
}

static void post(int sig)
{
	(void)sig;
	must(sem_post(&s) == 0);
}

/* A timer's signals wake the thread that waits for what the handler posts. */
static void *counts_ticks(void *arg)
{
	for (int i = 0; i < 5; i++)
		while (sem_wait(&s))
			must(errno == EINTR);
	return arg;
}

static void ticks(void)
{
	struct itimerval every = { { 0, 2000 }, { 0, 2000 } }, none = { 0 };
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGVTALRM, post, SA_RESTART);
	handle(SIGALRM, post, SA_RESTART);
	t = start(counts_ticks, NULL);
	must(setitimer(ITIMER_REAL, &every, NULL) == 0);
	joined(t);
	must(setitimer(ITIMER_REAL, &none, NULL) == 0);
}

static void notified(union sigval value)
{
	must(sem_post(value.sival_ptr) == 0);
}

/* Timers that make a thread each time. */
static void timer_threads(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD,
				  .sigev_value.sival_ptr = &s };
	struct itimerspec every = { { 0, 2000000 }, { 0, 2000000 } };
	timer_t timer;

	must(sem_init(&s, 0, 0) == 0);
	event.sigev_notify_function = notified;
	must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	must(timer_settime(timer, 0, &every, NULL) == 0);
	for (int i = 0; i < 3; i++)
		must(sem_wait(&s) == 0);
	must(timer_delete(timer) == 0);
}

static sigjmp_buf back;

static void jump(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* Leaves the interrupted call for good, and goes on as if nothing were. */
static void *jumps_out(void *arg)
{
	char byte;

	if (sigsetjmp(back, 1) == 0) {
		unblock(SIGUSR1);
		put(in_wait, 1);
		if (arg)
			must(read(pipe_ends[0], &byte, 1) == -1);
		else
			sleep(25);
		_exit(1);
	}
	by_mutex();
	until(peek(go));
	return arg;
}

static void jumped(void)
{
	must(pipe(pipe_ends) == 0);
	handle(SIGUSR1, jump, 0);
	block(SIGUSR1);
	for (intptr_t i = 0; i < 4; i++) {
		pthread_t t;

		put(in_wait, 0);
		put(go, 0);
		t = start(jumps_out, (void *)(i % 2));
		until(peek(in_wait));
		pause_ms(i < 2 ? 5 : 0);
		must(pthread_kill(t, SIGUSR1) == 0);
		must(pthread_mutex_lock(&m) == 0);
		pause_ms(1);
		must(pthread_mutex_unlock(&m) == 0);
		put(go, 1);
		joined(t);
	}
}

/* Out of a fault, as managed languages do. */
static void *faults(void *arg)
{
	static __thread int survived;

	while (survived < 3) {
		if (sigsetjmp(back, 1) == 0)
			__asm__ volatile("movb $0, (%0)" ::"r"(8L) : "memory");
		survived++;
		by_mutex();
	}
	return arg;
}

static void faulted(void)
{
	handle(SIGSEGV, jump, 0);
	for (int i = 0; i < 3; i++)
		joined(start(faults, NULL));
}

static void on_stack(int sig)
{
	(void)sig;
	add(handled, 1);
	must(sem_post(&s) == 0);
}

static void *has_stack(void *arg)
{
	char stack[65536];
	stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) },
		none = { .ss_flags = SS_DISABLE };

	must(sigaltstack(&own, NULL) == 0);
	put(begun, 1);
	while (sem_wait(&s))
		must(errno == EINTR);
	must(sigaltstack(&none, NULL) == 0);
	return arg;
}

static void signal_stack(void)
{
	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, on_stack, SA_ONSTACK);
	for (int i = 0; i < 3; i++) {
		pthread_t t;

		put(begun, 0);
		t = start(has_stack, NULL);
		until(peek(begun));
		must(pthread_kill(t, SIGUSR1) == 0);
		joined(t);
	}
}

static void *reads_signals(void *arg)
{
	struct signalfd_siginfo info;

	for (int i = 0; i < 3; i++) {
		must(read(*(int *)arg, &info, sizeof(info)) == sizeof(info));
		must(info.ssi_signo == SIGUSR1);
		must(sem_post(&s) == 0);
	}
	return NULL;
}

static void by_descriptor(void)
{
	sigset_t set = set_of(SIGUSR1);
	pthread_t t;
	int fd;

	must(sem_init(&s, 0, 0) == 0);
	block(SIGUSR1);
	must((fd = signalfd(-1, &set, 0)) >= 0);
	t = start(reads_signals, &fd);
	for (int i = 0; i < 3; i++) {
		must(kill(getpid(), SIGUSR1) == 0);
		must(sem_wait(&s) == 0);
	}
	joined(t);
}

/* Signals rain on threads that lock, wait and yield. */
static int working, total;

static void *works(void *arg)
{
	for (int i = 0; i < 200; i++) {
		must(pthread_mutex_lock(&m) == 0);
		total++;
		if (i % 20 == 0)
			sched_yield();
		must(pthread_mutex_unlock(&m) == 0);
		while (sem_post(&s) || sem_wait(&s))
			must(errno == EINTR);
	}
	add(working, -1);
	return arg;
}

static void rain(void)
{
	pthread_t t[4];

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGUSR1, count, SA_RESTART);
	put(working, 4);
	for (int i = 0; i < 4; i++)
		t[i] = start(works, NULL);
	for (int i = 0; peek(working); i++) {
		must(pthread_kill(t[i % 4], SIGUSR1) == 0);
		sched_yield();
	}
	for (int i = 0; i < 4; i++)
		joined(t[i]);
	must(total == 800);
}

static void *waits_for_post(void *arg)
{
	while (sem_wait(&s))
		must(errno == EINTR);
	return arg;
}

/* The handler waits for who has sent the signal, as a collector of garbage
 * stops the world. */
static sem_t stopped;
static int stop_world;

static void stops(int sig)
{
	sigset_t but = set_of(SIGUSR2);

	(void)sig;
	must(sem_post(&stopped) == 0);
	sigfillset(&but);
	sigdelset(&but, SIGUSR2);
	while (peek(stop_world))
		sigsuspend(&but);
	must(sem_post(&stopped) == 0);
}

static void world_stops(void)
{
	struct sigaction sa = { .sa_handler = stops, .sa_flags = SA_RESTART };
	pthread_t t[3];

	must(sem_init(&s, 0, 0) == 0 && sem_init(&stopped, 0, 0) == 0);
	sigfillset(&sa.sa_mask);
	must(sigaction(SIGUSR1, &sa, NULL) == 0);
	handle(SIGUSR2, count, SA_RESTART);
	for (int i = 0; i < 3; i++)
		t[i] = start(waits_for_post, NULL);
	for (int round = 0; round < 20; round++) {
		put(stop_world, 1);
		for (int i = 0; i < 3; i++)
			must(pthread_kill(t[i], SIGUSR1) == 0);
		for (int i = 0; i < 3; i++)
			must(sem_wait(&stopped) == 0);
		put(stop_world, 0);
		for (int i = 0; i < 3; i++)
			must(pthread_kill(t[i], SIGUSR2) == 0);
		for (int i = 0; i < 3; i++)
			must(sem_wait(&stopped) == 0);
	}
	for (int i = 0; i < 3; i++)
		must(sem_post(&s) == 0);
	for (int i = 0; i < 3; i++)
		joined(t[i]);
}

/* All others wait: a sleep is ended by a handler all the same. */
static void cut_short(void)
{
	const struct itimerval often = { { 0, 200000 }, { 0, 200000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct timespec rest = { 20, 0 };
	pthread_t t;

	must(sem_init(&s, 0, 0) == 0);
	handle(SIGALRM, count, 0);
	t = start(waits_for_post, NULL);
	pause_ms(1);
	must(setitimer(ITIMER_REAL, &often, NULL) == 0);
	must(nanosleep(&rest, &rest) == -1 && errno == EINTR);
	must(setitimer(ITIMER_REAL, &never, NULL) == 0);
	handle(SIGALRM, SIG_DFL, 0);
	alarm(SCENE_LIMIT);
	must(rest.tv_sec < 20);
	must(sem_post(&s) == 0);
	joined(t);
}

/* What is left of timers that went off, and nobody was told. */
static long left_ms(timer_t timer)
{
	struct itimerspec its;

	must(timer_gettime(timer, &its) == 0);
	return its.it_value.tv_sec * 1000 + its.it_value.tv_nsec / 1000000 +
	       (its.it_value.tv_nsec % 1000000 != 0);
}

static void *asks_timers(void *arg)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct itimerspec its = { .it_value = { 0, 20000000 } };
	timer_t once, again;

	must(timer_create(CLOCK_MONOTONIC, &event, &once) == 0);
	must(timer_settime(once, 0, &its, NULL) == 0);
	must(left_ms(once) > 0 && left_ms(once) <= 20);
	its.it_interval.tv_sec = 100;
	must(timer_create(CLOCK_REALTIME, &event, &again) == 0);
	must(timer_settime(again, 0, &its, NULL) == 0);
	pause_ms(60);
	must(left_ms(once) == 0);
	must(left_ms(again) > 50000 && left_ms(again) <= 100000);
	must(timer_delete(once) == 0 && timer_delete(again) == 0);
	return arg;
}

static void what_is_left(void)
{
	asks_timers(NULL);
	joined(start(asks_timers, NULL));
}

/* Waits that let in, for as long as they last, what else is blocked. */
static int ppoll_lets_in(const sigset_t *mask)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };

	return ppoll(&p, 1, NULL, mask);
}

static int pselect_lets_in(const sigset_t *mask)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipe_ends[0], &set);
	return pselect(pipe_ends[0] + 1, &set, NULL, NULL, NULL, mask);
}

static int epoll_lets_in(const sigset_t *mask)
{
	struct epoll_event e = { .events = EPOLLIN };
	int fd = epoll_create1(0), ret;

	must(epoll_ctl(fd, EPOLL_CTL_ADD, pipe_ends[0], &e) == 0);
	ret = epoll_pwait(fd, &e, 1, -1, mask);
	must(close(fd) == 0);
	return ret;
}

static int (*const letting_in[])(const sigset_t *) = { ppoll_lets_in,
						       pselect_lets_in,
						       epoll_lets_in };

static void *let_in(void *arg)
{
	sigset_t none;

	must(sigemptyset(&none) == 0);
	block(SIGUSR1);
	put(begun, 1);
	errno = 0;
	must(letting_in[(intptr_t)arg](&none) == -1 && errno == EINTR);
	must(pthread_equal(handled_by, pthread_self()));
	return NULL;
}

static void lets_in(void)
{
	must(pipe(pipe_ends) == 0);
	handle(SIGUSR1, count, SA_RESTART);
	block(SIGUSR1); /* so that it is the other one's */
	for (size_t i = 0; i < 2 * count_of(letting_in); i++) {
		pthread_t t;

		begun = handled = 0;
		t = start(let_in, (void *)(intptr_t)(i / 2));
		until(peek(begun));
		pause_ms(50);
		must((i % 2 ? pthread_kill(t, SIGUSR1)
			    : kill(getpid(), SIGUSR1)) == 0);
		joined(t);
		must(handled == 1);
	}
}

/* It is pending already; what is ready is told first. */
static void lets_in_pending(void)
{
	sigset_t none;

	must(sigemptyset(&none) == 0);
	must(pipe(pipe_ends) == 0);
	handle(SIGUSR1, count, 0);
	block(SIGUSR1);
	for (size_t i = 0; i < count_of(letting_in); i++) {
		handled = 0;
		must(raise(SIGUSR1) == 0);
		must(letting_in[i](&none) == -1 && errno == EINTR);
		must(handled == 1);
	}
	must(write(pipe_ends[1], "x", 1) == 1);
	must(ppoll_lets_in(&none) == 1 && handled == 1);
}

static void *sends_and_writes(void *arg)
{
	pause_ms(50);
	must(pthread_kill(*(pthread_t *)arg, SIGUSR1) == 0);
	pause_ms(50);
	must(write(pipe_ends[1], "x", 1) == 1);
	return NULL;
}

/* And what is not blocked else, waits until the wait is over. */
static void keeps_out(void)
{
	sigset_t usr1 = set_of(SIGUSR1);
	pthread_t self = pthread_self();
	char x;

	must(pipe(pipe_ends) == 0);
	handle(SIGUSR1, count, 0);
	for (size_t i = 0; i < count_of(letting_in); i++) {
		pthread_t t;

		handled = 0;
		t = start(sends_and_writes, &self);
		must(letting_in[i](&usr1) == 1);
		must(handled == 1);
		must(read(pipe_ends[0], &x, 1) == 1);
		joined(t);
	}
}

TURNS_SCENES({ "never_interrupted", never_interrupted },
	     { "interrupted", interrupted },
	     { "interrupted_until", interrupted_until },
	     { "interrupted_once", interrupted_once },
	     { "waited_for", waited_for }, { "in_vain", in_vain },
	     { "queued", queued }, { "to_process", to_process },
	     { "raised", raised }, { "masks", masks }, { "ticks", ticks },
	     { "timer_threads", timer_threads }, { "jumped", jumped },
	     { "faulted", faulted }, { "signal_stack", signal_stack },
	     { "by_descriptor", by_descriptor }, { "rain", rain },
	     { "world_stops", world_stops }, { "cut_short", cut_short },
	     { "what_is_left", what_is_left }, { "lets_in", lets_in },
	     { "lets_in_pending", lets_in_pending },
	     { "keeps_out", keeps_out })
