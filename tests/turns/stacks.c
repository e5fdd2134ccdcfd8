/* SPDX-License-Identifier: MIT */
/* Threads with the least stack that there may be, and what they may call. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "scene.h"

#define LEAST 16384

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t b;
static pthread_key_t key;
static sem_t s;
static int word, handled;

static void locks(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 2);

	must(pthread_mutex_lock(&m) == 0);
	must(pthread_cond_timedwait(&c, &m, &soon) == ETIMEDOUT);
	must(pthread_mutex_unlock(&m) == 0);
	must(pthread_rwlock_wrlock(&l) == 0);
	sched_yield();
	must(pthread_rwlock_unlock(&l) == 0);
	must(sem_wait(&s) == 0);
	sched_yield();
	must(sem_post(&s) == 0);
	pthread_barrier_wait(&b);
}

static void sleeps(void)
{
	struct timespec ts = { 0, 1000000 };

	pause_ms(1);
	usleep(1000);
	must(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL) == 0);
	must(syscall(SYS_futex, &word, 0, 0, &ts, NULL, 0) == -1);
	must(errno == ETIMEDOUT);
}

static void descriptors(void)
{
	int ends[2];
	struct pollfd p = { .events = POLLIN };
	struct timeval tv = { 0, 1000 };
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	fd_set set;
	char byte;

	must(pipe(ends) == 0);
	p.fd = ends[0];
	must(poll(&p, 1, 1) == 0);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	must(select(ends[0] + 1, &set, NULL, NULL, &tv) == 0);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &e) == 0);
	must(epoll_wait(ep, &e, 1, 1) == 0 && close(ep) == 0);
	must(pthread_mutex_lock(&m) == 0);
	must(write(ends[1], "x", 1) == 1);
	must(read(ends[0], &byte, 1) == 1 && byte == 'x');
	must(pthread_mutex_unlock(&m) == 0);
	must(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void values(void)
{
	unsigned char random[16];
	struct timespec ts;
	struct stat st;
	int fd;

	must(getrandom(random, sizeof(random), 0) == sizeof(random));
	must(rand() >= 0);
	must(clock_gettime(CLOCK_REALTIME, &ts) == 0 && time(NULL) > 0);
	must(getpid() > 0);
	fd = open("/dev/urandom", O_RDONLY);
	must(fd >= 0 && read(fd, random, sizeof(random)) > 0);
	must(fstat(fd, &st) == 0 && close(fd) == 0);
	must(stat("/", &st) == 0);
}

static void handler(int sig)
{
	(void)sig;
	add(handled, 1);
}

/* A caller that has frames of its own. */
static __attribute__((noinline)) void deep(void (*body)(void))
{
	volatile char room[2048];

	room[0] = room[sizeof(room) - 1] = 1;
	body();
	must(room[0] && room[sizeof(room) - 1]);
}

static void *does_all(void *arg)
{
	must(pthread_setspecific(key, "value") == 0);
	deep(locks);
	deep(sleeps);
	deep(descriptors);
	deep(values);
	must(raise(SIGUSR1) == 0);
	return arg;
}

static void destroyed(void *value)
{
	must(!strcmp(value, "value"));
	must(pthread_mutex_lock(&m) == 0);
	word++;
	must(pthread_mutex_unlock(&m) == 0);
}

static void prepare(void)
{
	must(sem_init(&s, 0, 1) == 0);
	must(pthread_barrier_init(&b, NULL, 4) == 0);
	must(pthread_key_create(&key, destroyed) == 0);
	handle(SIGUSR1, handler, SA_RESTART);
}

static void least(void)
{
	pthread_attr_t attr;
	pthread_t t[4];

	prepare();
	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, LEAST) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		must(pthread_create(&t[i], &attr, does_all, NULL) == 0);
	for (size_t i = 0; i < count_of(t); i++)
		joined(t[i]);
	must(handled == 4 && word == 4);
}

/* The same in the program's own memory. */
static void own(void)
{
	pthread_attr_t attr;
	pthread_t t[4];
	char *memory = mmap(NULL, 4 * LEAST, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(memory != MAP_FAILED);
	prepare();
	must(pthread_attr_init(&attr) == 0);
	for (size_t i = 0; i < count_of(t); i++) {
		must(pthread_attr_setstack(&attr, memory + i * LEAST, LEAST) ==
		     0);
		must(pthread_create(&t[i], &attr, does_all, NULL) == 0);
	}
	for (size_t i = 0; i < count_of(t); i++)
		joined(t[i]);
	must(handled == 4 && word == 4);
	must(munmap(memory, 4 * LEAST) == 0);
}

static void *is_cancelled(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void cancelled(void)
{
	pthread_attr_t attr;
	pthread_t t;

	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, LEAST) == 0);
	must(pthread_create(&t, &attr, is_cancelled, NULL) == 0);
	pause_ms(5);
	must(pthread_cancel(t) == 0);
	must(joined(t) == PTHREAD_CANCELED);
}

static void *runs_program(void *arg)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	child_exits(pid, 3);
	pid = vfork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(99);
	}
	child_exits(pid, 0);
	return arg;
}

static void programs(void)
{
	pthread_attr_t attr;
	pthread_t t;

	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, LEAST) == 0);
	must(pthread_create(&t, &attr, runs_program, NULL) == 0);
	joined(t);
}

TURNS_SCENES({ "least", least }, { "own", own }, { "cancelled", cancelled },
	     { "programs", programs })
