/* SPDX-License-Identifier: MIT */
/* Cancellation points stay cancellation points, and cleanup handlers run. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "hazard.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;
static volatile int cleaned, started;

static struct timespec far(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_sec += 1000;
	return ts;
}

static void in_sleep(void)
{
	sleep(1000);
}

static void in_usleep(void)
{
	usleep(20000000);
}

static void in_poll(void)
{
	poll(NULL, 0, 1000000);
}

static void in_select(void)
{
	struct timeval tv = { 1000, 0 };

	select(0, NULL, NULL, NULL, &tv);
}

static void in_nanosleep(void)
{
	struct timespec ts = { 1000, 0 };

	nanosleep(&ts, NULL);
}

static void in_clock_nanosleep(void)
{
	struct timespec ts = far(CLOCK_MONOTONIC);

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void in_sem(void)
{
	struct timespec ts = far(CLOCK_REALTIME);

	sem_timedwait(&sem, &ts);
}

static void in_cond(void)
{
	struct timespec ts = far(CLOCK_REALTIME);

	pthread_cond_timedwait(&cond, &mutex, &ts);
}

static void in_cond_clock(void)
{
	struct timespec ts = far(CLOCK_MONOTONIC);

	pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &ts);
}

static void in_epoll(void)
{
	struct epoll_event e;

	epoll_wait(epoll_create1(0), &e, 1, 1000000);
}

static void in_sigtimedwait(void)
{
	struct timespec ts = { 1000, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigtimedwait(&set, NULL, &ts);
}

static void in_waitpid(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	started = pid;
	waitpid(pid, NULL, 0);
}

/* Nothing comes. */
static int silent(void)
{
	int end[2];

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, end) == 0);
	return end[0];
}

static void in_accept(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	bind(fd, (struct sockaddr *)&name, sizeof(name.sun_family));
	listen(fd, 1);
	accept(fd, NULL, NULL);
}

static void in_recv(void)
{
	char byte;

	recv(silent(), &byte, 1, 0);
}

static void in_recvfrom(void)
{
	char byte;

	recvfrom(silent(), &byte, 1, 0, NULL, NULL);
}

static void in_recvmsg(void)
{
	struct msghdr m = { 0 };

	recvmsg(silent(), &m, 0);
}

static void in_recvmmsg(void)
{
	struct mmsghdr m = { 0 };

	recvmmsg(silent(), &m, 1, 0, NULL);
}

static void in_aio_suspend(void)
{
	static struct aiocb read;
	static char byte;
	const struct aiocb *list[1] = { &read };

	read.aio_fildes = silent();
	read.aio_buf = &byte;
	read.aio_nbytes = 1;
	must(aio_read(&read) == 0);
	aio_suspend(list, 1, NULL);
}

/* A device of entropy was open: each read is asked what it reads from. */
static void in_read(void)
{
	int fd[2];
	char byte;

	close(open("/dev/urandom", O_RDONLY));
	if (pipe(fd) == 0 && read(fd[0], &byte, 1) < 0)
		abort();
}

static void in_readv(void)
{
	char byte;
	struct iovec part = { &byte, 1 };
	int fd[2];

	if (pipe(fd) == 0 && readv(fd[0], &part, 1) < 0)
		abort();
}

static char fifo[64];

/* Nobody writes to it: opening it waits. */
static void in_open(void)
{
	snprintf(fifo, sizeof(fifo), "/tmp/samebits-fifo-%d", getpid());
	if (mkfifo(fifo, 0600) || open(fifo, O_RDONLY) < 0)
		abort();
}

/* Never waits: the pending cancellation is met on the way in. */
static void in_device(void)
{
	int fd = open("/dev/urandom", O_RDONLY);
	char byte;

	for (;;)
		if (read(fd, &byte, 1) != 1)
			abort();
}

static void cleanup(void *arg)
{
	cleaned++;
	if (arg)
		pthread_mutex_unlock(arg);
}

struct point {
	const char *name;
	void (*fn)(void);
	int locked;
};

static void *victim(void *arg)
{
	struct point *p = arg;

	if (p->locked)
		pthread_mutex_lock(&mutex);
	pthread_cleanup_push(cleanup, p->locked ? &mutex : NULL);
	started = 1;
	p->fn();
	pthread_cleanup_pop(1);
	return NULL;
}

static void one(struct point *p)
{
	pthread_t t;
	void *value;

	cleaned = started = 0;
	must(pthread_create(&t, NULL, victim, p) == 0);
	while (!started || (p->fn == in_waitpid && started == 1))
		sched_yield();
	usleep(5000);
	must(pthread_cancel(t) == 0);
	must(pthread_join(t, &value) == 0);
	if (value != PTHREAD_CANCELED || cleaned != 1)
		dprintf(2, "in %s: ", p->name);
	must(value == PTHREAD_CANCELED);
	must(cleaned == 1);
	if (p->fn == in_waitpid) {
		kill(started, SIGKILL);
		waitpid(started, NULL, 0);
	}
}

static void points(void)
{
	static struct point all[] = {
		{ "sleep", in_sleep, 0 },
		{ "usleep", in_usleep, 0 },
		{ "nanosleep", in_nanosleep, 0 },
		{ "clock_nanosleep", in_clock_nanosleep, 0 },
		{ "poll", in_poll, 0 },
		{ "select", in_select, 0 },
		{ "epoll_wait", in_epoll, 0 },
		{ "sigtimedwait", in_sigtimedwait, 0 },
		{ "sem_timedwait", in_sem, 0 },
		{ "pthread_cond_timedwait", in_cond, 1 },
		{ "pthread_cond_clockwait", in_cond_clock, 1 },
		{ "waitpid", in_waitpid, 0 },
		{ "accept", in_accept, 0 },
		{ "recv", in_recv, 0 },
		{ "recvfrom", in_recvfrom, 0 },
		{ "recvmsg", in_recvmsg, 0 },
		{ "recvmmsg", in_recvmmsg, 0 },
		{ "aio_suspend", in_aio_suspend, 0 },
		{ "read", in_read, 0 },
		{ "readv", in_readv, 0 },
		{ "open", in_open, 0 },
		{ "read of a device", in_device, 0 },
	};

	sem_init(&sem, 0, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		one(&all[i]);
	unlink(fifo);
	/* The conditions' mutex went round whole. */
	must(pthread_mutex_trylock(&mutex) == 0);
}

/* Cancelled at once, while it is full of hooks: asynchronous cancellation is
 * only promised for code that calls nothing, so this is the deferred one. */
static void *hooks(void *arg)
{
	started = 1;
	for (;;) {
		time(NULL);
		rand();
		pthread_testcancel();
	}
	return arg;
}

static void while_hooked(void)
{
	for (int i = 0; i < 50; i++) {
		pthread_t t;
		void *value;

		started = 0;
		must(pthread_create(&t, NULL, hooks, NULL) == 0);
		while (!started)
			sched_yield();
		must(pthread_cancel(t) == 0);
		must(pthread_join(t, &value) == 0);
		must(value == PTHREAD_CANCELED);
	}
}

static char shell_file[] = "/tmp/samebits-shell-XXXXXX";

static void *in_system(void *arg)
{
	char command[128];

	snprintf(command, sizeof(command), "echo $$ >%s; exec sleep 1000",
		 shell_file);
	system(command);
	return arg;
}

static pid_t shell_of(int fd)
{
	char text[32] = "";

	while (pread(fd, text, sizeof(text) - 1, 0) <= 0 || !strchr(text, '\n'))
		usleep(1000);
	return (pid_t)atoi(text);
}

/* A shell whose caller is cancelled is killed, and no signal stays ignored. */
static void shell(void)
{
	int fd = mkstemp(shell_file);
	struct sigaction intr;
	pthread_t t;
	void *value;
	pid_t pid;

	must(fd >= 0);
	must(pthread_create(&t, NULL, in_system, NULL) == 0);
	pid = shell_of(fd);
	unlink(shell_file);
	must(pthread_cancel(t) == 0);
	must(pthread_join(t, &value) == 0);
	must(value == PTHREAD_CANCELED);
	must(kill(pid, 0) < 0 && errno == ESRCH);
	must(sigaction(SIGINT, NULL, &intr) == 0);
	must(intr.sa_handler == SIG_DFL);
}

SCENES({ "points", points }, { "while_hooked", while_hooked },
       { "shell", shell })
