/* SPDX-License-Identifier: MIT */
/* Hooks from handlers of a timer that fires each millisecond, in code that the
 * hooks themselves, malloc and stdio are busy with. */
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "hazard.h"

#define TICKS 300

static volatile sig_atomic_t ticks;
static volatile double sink;

static void tick(int sig)
{
	struct timespec ts;

	(void)sig;
	time(NULL);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	getpid();
	ticks++;
}

static void tick_and_fork(int sig)
{
	pid_t pid;

	tick(sig);
	if (ticks % 20)
		return;
	pid = fork();
	if (pid == 0) {
		time(NULL);
		_exit(7);
	}
	if (pid > 0) {
		int status = 0;

		while (waitpid(pid, &status, 0) < 0)
			;
		must(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	}
}

static void every(int us, void (*fn)(int))
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = SA_RESTART };
	struct itimerval it = { { 0, us }, { 0, us } };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	must(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static void stop(void)
{
	struct itimerval it = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &it, NULL);
}

static void busy(void)
{
	struct timespec ts;
	char text[64];
	void *p;

	for (int i = 0; i < 100; i++) {
		sink = rand() + drand48();
		clock_gettime(CLOCK_REALTIME, &ts);
		p = malloc((size_t)(100 + i * 50));
		snprintf(text, sizeof(text), "%d %ld", i, ts.tv_sec);
		free(p);
	}
}

static void loop(void)
{
	double end = kernel_time() + 20;

	every(1000, tick);
	while (ticks < TICKS && kernel_time() < end)
		busy();
	stop();
	must(ticks >= TICKS);
}

static void forks(void)
{
	double end = kernel_time() + 20;

	every(1000, tick_and_fork);
	while (ticks < TICKS && kernel_time() < end)
		busy();
	stop();
	must(ticks >= TICKS);
}

/* The smallest stack that the system promises a handler, and the first call of
 * this caller: the walk that names it must not run over. */
static unsigned char below[4096], alternate[16384];

static void on_alternate(size_t size)
{
	stack_t ss = { .ss_sp = alternate, .ss_size = size };
	struct sigaction sa = { .sa_handler = tick, .sa_flags = SA_ONSTACK };

	memset(below, 0x5a, sizeof(below));
	must(sigaltstack(&ss, NULL) == 0);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	for (size_t i = 0; i < sizeof(below); i++)
		must(below[i] == 0x5a);
	must(ticks == 1);
}

static void small_stack(void)
{
	on_alternate(8192); /* SIGSTKSZ of old headers */
}

static void smallest_stack(void)
{
	on_alternate((size_t)sysconf(_SC_MINSIGSTKSZ));
}

/* Hooks on stacks that the program made. */
static ucontext_t home, away;
static char coroutine_stack[65536];
static int rounds;

static void coroutine(void)
{
	struct timespec ts;

	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		sink = rand();
		rounds++;
		swapcontext(&away, &home);
	}
}

static void coroutines(void)
{
	must(getcontext(&away) == 0);
	away.uc_stack.ss_sp = coroutine_stack;
	away.uc_stack.ss_size = sizeof(coroutine_stack);
	away.uc_link = &home;
	makecontext(&away, coroutine, 0);
	for (int i = 0; i < 1000; i++) {
		swapcontext(&home, &away);
		sink = rand();
	}
	must(rounds == 1000);
}

SCENES({ "loop", loop }, { "forks", forks }, { "small_stack", small_stack },
       { "smallest_stack", smallest_stack }, { "coroutines", coroutines })
