/* SPDX-License-Identifier: MIT */
/* Timers move the clock: a loop that is woken by one until its clock has
 * reached a moment comes to an end, and not early. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>

#include "hazard.h"

#define LENGTH 0.2

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static double from;
static int64_t end;

static void start(void)
{
	from = kernel_time();
	end = now() + (int64_t)(LENGTH * 1e9);
}

static void ended(void)
{
	double took = kernel_time() - from;

	if (took < LENGTH - 0.01 || took > LENGTH + 0.5)
		dprintf(2, "took %.3f s\n", took);
	must(took >= LENGTH - 0.01);
	must(took <= LENGTH + 0.5);
}

static void tick(int sig)
{
	(void)sig;
}

/* Every 20 ms, for the scenes that a signal wakes. */
static void ticks(void)
{
	struct sigaction sa = { .sa_handler = tick };
	struct itimerval it = { { 0, 20000 }, { 0, 20000 } };

	sigaction(SIGALRM, &sa, NULL);
	start();
	must(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static void paused(void)
{
	ticks();
	while (now() < end)
		pause();
	ended();
}

static void interrupted_poll(void)
{
	ticks();
	while (now() < end)
		poll(NULL, 0, 1000);
	ended();
}

static void interrupted_sleep(void)
{
	ticks();
	while (now() < end)
		usleep(50000);
	ended();
	ticks();
	while (now() < end)
		sleep(1);
	ended();
}

static void alarms(void)
{
	struct sigaction sa = { .sa_handler = tick };
	double real = kernel_time();
	int64_t t = now();

	sigaction(SIGALRM, &sa, NULL);
	alarm(1);
	must(alarm(1) == 1);
	pause();
	must(now() - t >= 1000000000);
	must(now() - t < 1100000000);
	must(kernel_time() - real < 1.5);
	must(alarm(0) == 0);
}

static void posix_timer(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = SIGALRM };
	struct itimerspec its = { { 0, 20000000 }, { 0, 20000000 } };
	struct sigaction sa = { .sa_handler = tick };
	timer_t timer;

	sigaction(SIGALRM, &sa, NULL);
	must(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0);
	start();
	must(timer_settime(timer, 0, &its, NULL) == 0);
	while (now() < end)
		pause();
	ended();
	must(timer_delete(timer) == 0);
}

/* An event loop as Boost.Asio's: the descriptor says when, the clock says
 * whether; armed for what is left. */
static int timer_fd;

static void rearm(void)
{
	int64_t left = end - now();
	struct itimerspec its = {
		.it_value = { left / 1000000000, left % 1000000000 }
	};

	if (left > 0)
		must(timerfd_settime(timer_fd, 0, &its, NULL) == 0);
}

static void *event_loop(void *arg)
{
	struct epoll_event e = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	must(epoll_ctl(epoll, EPOLL_CTL_ADD, timer_fd, &e) == 0);
	do {
		must(epoll_wait(epoll, &e, 1, 5000) == 1);
		if (now() < end)
			rearm();
	} while (now() < end);
	ended();
	return arg;
}

static void timerfds(void)
{
	pthread_t t;

	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	start();
	rearm();
	event_loop(NULL);
	/* Armed by one thread, waited for by another. */
	start();
	rearm();
	must(pthread_create(&t, NULL, event_loop, NULL) == 0);
	must(pthread_join(t, NULL) == 0);
	start();
	rearm();
	must(read(timer_fd, &(uint64_t){ 0 }, 8) == 8);
	must(now() >= end);
	ended();
}

/* How far the kernel's two clocks are apart: another number once it is set. */
static double apart(void)
{
	struct timespec ts;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(SYS_clock_gettime), "D"(CLOCK_REALTIME), "S"(&ts)
			 : "rcx", "r11", "memory");
	must(ret == 0);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9 - kernel_time();
}

/* Who may set the clock does not set everybody's. */
static void clock_stays(void)
{
	double before = apart(), real = before + kernel_time();
	struct timespec ts = { (time_t)real + 1, 0 };
	struct timeval tv = { (time_t)real + 1, 0 }, by = { 1, 0 };
	struct timex t = { .modes = ADJ_SETOFFSET, .time = { 1, 0 } };

	if (!controlled())
		return;
	must(clock_settime(CLOCK_REALTIME, &ts) == 0 || errno == EPERM);
	must(settimeofday(&tv, NULL) == 0 || errno == EPERM);
	must(syscall(SYS_clock_settime, CLOCK_REALTIME, &ts) == 0 ||
	     errno == EPERM);
	must(adjtimex(&t) >= 0 || errno == EPERM);
	must(adjtime(&by, NULL) == 0 || errno == EPERM);
	must(apart() - before < 0.5 && before - apart() < 0.5);
	must(adjtime(NULL, &by) == 0 && by.tv_sec == 0);
}

SCENES({ "clock_stays", clock_stays },
       { "paused", paused }, { "interrupted_poll", interrupted_poll },
       { "interrupted_sleep", interrupted_sleep }, { "alarms", alarms },
       { "posix_timer", posix_timer }, { "timerfds", timerfds })
