/* SPDX-License-Identifier: MIT */
/* The chip's clock, and the signals by which its traps arrive. Scenes as in
 * calls.c. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

/* sigset and sigignore are not to be used any more: that is what is tried. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what)) {                                                 \
			printf("line %d: " #what "\n", __LINE__);              \
			exit(1);                                               \
		}                                                              \
	} while (0)

static const char *self;
static volatile int met;

static void reads(void)
{
	unsigned processor;

	printf("%llu\n", (unsigned long long)__rdtsc());
	printf("%llu\n", (unsigned long long)__rdtscp(&processor));
}

static void *in_thread(void *arg)
{
	*(unsigned long long *)arg = __rdtsc();
	return NULL;
}

static void thread(void)
{
	unsigned long long t;
	pthread_t id;

	CHECK(pthread_create(&id, NULL, in_thread, &t) == 0);
	pthread_join(id, NULL);
	printf("%llu\n", t);
}

/* The loader of the program that is executed reads it before anything else. */
static void executed(void)
{
	char command[512];
	int status;

	snprintf(command, sizeof(command), "%s reads", self);
	fflush(stdout);
	CHECK(system(command) == 0);
	if (fork() == 0)
		execl(self, self, "reads", NULL);
	CHECK(wait(&status) > 0 && status == 0);
	if (vfork() == 0)
		execl(self, self, "reads", NULL);
	CHECK(wait(&status) > 0 && status == 0);
	execl("/nonexistent", "nothing", NULL);
	reads();
}

static void blocked(void)
{
	unsigned long long before, after;
	sigset_t all, now;

	sigfillset(&all);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	before = __rdtsc();
	after = __rdtsc();
	CHECK(after > before);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0);
	CHECK(sigismember(&now, SIGSEGV) == 1);
	sigemptyset(&all);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0);
	CHECK(sigismember(&now, SIGSEGV) == 0);
}

static void on_usr1(int sig)
{
	met = __rdtsc() > 0 ? sig : 0;
}

static void within_handler(void)
{
	struct sigaction act = { .sa_handler = on_usr1 };

	sigfillset(&act.sa_mask);
	CHECK(sigaction(SIGUSR1, &act, NULL) == 0);
	raise(SIGUSR1);
	CHECK(met == SIGUSR1);
}

static volatile int *volatile nowhere = (volatile int *)16;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (__rdtsc() == 0 || sig != SIGSEGV)
		_exit(9);
	_exit(info->si_addr == (void *)nowhere ? 3 : 4);
}

static int ends(int flags, int installs)
{
	static char stack[1 << 16];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction act = { .sa_sigaction = on_fault,
				 .sa_flags = SA_SIGINFO | flags };
	struct sigaction was;
	int status;

	fflush(stdout);
	if (fork() == 0) {
		sigaltstack(&alternate, NULL);
		if (installs)
			sigaction(SIGSEGV, &act, NULL);
		sigaction(SIGSEGV, NULL, &was);
		if (installs && was.sa_sigaction != on_fault)
			_exit(5);
		__rdtsc();
		*nowhere = 1;
		_exit(6);
	}
	CHECK(wait(&status) > 0);
	return status;
}

/* Waits under masks that hold all signals back but one, whose handler meets a
 * trap. */
static void within_wait(void)
{
	struct sigaction act = { .sa_handler = on_usr1 };
	struct timespec ts = { 5, 0 };
	int epoll = epoll_create1(0);
	struct epoll_event event;
	sigset_t one, but;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	sigfillset(&but);
	sigdelset(&but, SIGUSR1);
	CHECK(sigaction(SIGUSR1, &act, NULL) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &one, NULL) == 0);
	for (int way = 0; way < 5; way++) {
		int ret = 0;

		met = 0;
		raise(SIGUSR1);
		switch (way) {
		case 0:
			ret = sigsuspend(&but);
			break;
		case 1:
			ret = ppoll(NULL, 0, &ts, &but);
			break;
		case 2:
			ret = pselect(0, NULL, NULL, NULL, &ts, &but);
			break;
		case 3:
			ret = epoll_pwait(epoll, &event, 1, 5000, &but);
			break;
		case 4:
			ret = epoll_pwait2(epoll, &event, 1, &ts, &but);
			if (ret && errno == ENOSYS) /* before Linux 5.11 */
				continue;
		}
		CHECK(ret == -1 && errno == EINTR);
		CHECK(met == SIGUSR1);
	}
	CHECK(sigprocmask(SIG_UNBLOCK, &one, NULL) == 0);
}

static volatile sig_atomic_t fell;

static void on_older(int sig)
{
	fell = sig;
	CHECK(__rdtsc() > 0);
}

/* Handlers that are set by names of System V. */
static void older_names(void)
{
	struct sigaction now;

	CHECK(sysv_signal(SIGSEGV, on_older) == SIG_DFL);
	CHECK(__rdtsc() > 0);
	raise(SIGSEGV);
	CHECK(fell == SIGSEGV);
	CHECK(sigaction(SIGSEGV, NULL, &now) == 0);
	CHECK(now.sa_handler == SIG_DFL); /* it serves once */
	fell = 0;
	CHECK(sigset(SIGSEGV, on_older) == SIG_DFL);
	raise(SIGSEGV);
	CHECK(fell == SIGSEGV);
	CHECK(__rdtsc() > 0);
	CHECK(sigset(SIGSEGV, SIG_HOLD) == on_older);
	CHECK(sigset(SIGSEGV, on_older) == SIG_HOLD);
	CHECK(sigignore(SIGSEGV) == 0);
	raise(SIGSEGV);
	CHECK(__rdtsc() > 0);
}

static void own_handler(void)
{
	int status = ends(0, 1);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	status = ends(SA_ONSTACK, 1);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	status = ends(0, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void sent(void)
{
	int status;

	fflush(stdout);
	if (fork() == 0) {
		__rdtsc();
		kill(getpid(), SIGSEGV);
		pause();
	}
	CHECK(wait(&status) > 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	signal(SIGSEGV, SIG_IGN);
	kill(getpid(), SIGSEGV);
	signal(SIGSEGV, on_usr1);
	kill(getpid(), SIGSEGV);
	CHECK(met == SIGSEGV);
	CHECK(signal(SIGSEGV, SIG_DFL) == on_usr1);
}

static const struct {
	const char *name;
	void (*play)(void);
	int prints;
} scenes[] = {
	{ "reads", reads, 1 },
	{ "thread", thread, 1 },
	{ "executed", executed, 1 },
	{ "blocked", blocked, 0 },
	{ "within_handler", within_handler, 0 },
	{ "within_wait", within_wait, 0 },
	{ "older_names", older_names, 0 },
	{ "own_handler", own_handler, 0 },
	{ "sent", sent, 0 },
};

int main(int argc, char **argv)
{
	self = argv[0];
	alarm(60);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		if (argc != 2 || strcmp(argv[1], scenes[i].name))
			continue;
		scenes[i].play();
		if (!scenes[i].prints)
			puts("ok");
		return 0;
	}
	fprintf(stderr, "no such scene\n");
	return 2;
}
