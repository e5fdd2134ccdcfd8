/* SPDX-License-Identifier: MIT */
/* What is shared between processes. */
#include <fcntl.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <sys/mman.h>

#include "scene.h"

#define PROCESSES 3
#define ROUNDS 100

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t lock;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	sem_t sem, reply;
	uint32_t word;
	int total, ready, go, ball;
} * common;

static void make(int robust)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_rwlockattr_t lock;
	pthread_barrierattr_t barrier;

	common = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(common != MAP_FAILED && sizeof(*common) <= 4096);
	must(pthread_mutexattr_init(&mutex) == 0);
	must(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED) == 0);
	must(pthread_mutexattr_setrobust(&mutex, robust) == 0);
	must(pthread_mutex_init(&common->mutex, &mutex) == 0);
	must(pthread_condattr_init(&cond) == 0);
	must(pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED) == 0);
	must(pthread_cond_init(&common->cond, &cond) == 0);
	must(pthread_rwlockattr_init(&lock) == 0);
	must(pthread_rwlockattr_setpshared(&lock, PTHREAD_PROCESS_SHARED) == 0);
	must(pthread_rwlock_init(&common->lock, &lock) == 0);
	must(pthread_barrierattr_init(&barrier) == 0);
	must(pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED) ==
	     0);
	must(pthread_barrier_init(&common->barrier, &barrier, PROCESSES + 1) ==
	     0);
	must(pthread_spin_init(&common->spin, PTHREAD_PROCESS_SHARED) == 0);
	must(sem_init(&common->sem, 1, 0) == 0);
	must(sem_init(&common->reply, 1, 0) == 0);
}

/* In each process a thread does it beside main. */
static void *does(void *arg)
{
	((void (*)(void))arg)();
	return NULL;
}

static void in_processes(void (*body)(void))
{
	pid_t pid[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			alarm(SCENE_LIMIT);
			joined(start(does, (void *)body));
			_exit(0);
		}
	}
	body();
	for (int i = 0; i < PROCESSES; i++)
		child_exits(pid[i], 0);
}

static void increment(int i)
{
	int seen = common->total;

	if (i % 20 == 0)
		pause_ms(1);
	common->total = seen + 1;
}

static void lock_mutex(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		must(pthread_mutex_lock(&common->mutex) == 0);
		increment(i);
		must(pthread_mutex_unlock(&common->mutex) == 0);
	}
}

static void lock_for_writing(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		must(pthread_rwlock_wrlock(&common->lock) == 0);
		increment(i);
		must(pthread_rwlock_unlock(&common->lock) == 0);
		must(pthread_rwlock_rdlock(&common->lock) == 0);
		must(common->total > i);
		must(pthread_rwlock_unlock(&common->lock) == 0);
	}
}

static void take_semaphore(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		must(sem_wait(&common->sem) == 0);
		increment(i);
		must(sem_post(&common->sem) == 0);
	}
}

static void spin(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		must(pthread_spin_lock(&common->spin) == 0);
		common->total++;
		must(pthread_spin_unlock(&common->spin) == 0);
	}
}

static void locks(void)
{
	static void (*const ways[])(void) = { lock_mutex, lock_for_writing,
					      take_semaphore, spin };

	make(PTHREAD_MUTEX_STALLED);
	must(sem_post(&common->sem) == 0);
	for (size_t i = 0; i < count_of(ways); i++) {
		common->total = 0;
		in_processes(ways[i]);
		must(common->total == (PROCESSES + 1) * ROUNDS);
	}
}

static void meet(void)
{
	for (int i = 1; i <= 30; i++) {
		add(common->total, 1);
		pthread_barrier_wait(&common->barrier);
		must(peek(common->total) == i * (PROCESSES + 1));
		pthread_barrier_wait(&common->barrier);
	}
}

static void barriers(void)
{
	make(PTHREAD_MUTEX_STALLED);
	in_processes(meet);
}

/* Everybody is told when all have come. */
static void assemble(void)
{
	must(pthread_mutex_lock(&common->mutex) == 0);
	if (++common->ready == PROCESSES + 1) {
		common->go = 1;
		must(pthread_cond_broadcast(&common->cond) == 0);
	}
	while (!common->go)
		must(pthread_cond_wait(&common->cond, &common->mutex) == 0);
	must(pthread_mutex_unlock(&common->mutex) == 0);
}

static void conditions(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10);

	make(PTHREAD_MUTEX_STALLED);
	must(pthread_mutex_lock(&common->mutex) == 0);
	while (pthread_cond_timedwait(&common->cond, &common->mutex, &soon) !=
	       ETIMEDOUT)
		;
	must(pthread_mutex_unlock(&common->mutex) == 0);
	in_processes(assemble);
	must(common->ready == PROCESSES + 1);
}

static void answer(void)
{
	for (int i = 0; i < 200; i++) {
		must(sem_wait(&common->sem) == 0);
		must(sem_post(&common->reply) == 0);
	}
}

static void ping_pong(void)
{
	pid_t pid;

	make(PTHREAD_MUTEX_STALLED);
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		joined(start(does, (void *)answer));
		_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		must(sem_post(&common->sem) == 0);
		must(sem_wait(&common->reply) == 0);
	}
	child_exits(pid, 0);
}

/* A process is killed while it has the mutex, and others wait for it. */
static void *inherits(void *arg)
{
	int got = pthread_mutex_lock(&common->mutex);

	must(got == EOWNERDEAD || got == 0);
	if (got) {
		must(pthread_mutex_consistent(&common->mutex) == 0);
		add(common->total, 1);
	}
	must(pthread_mutex_unlock(&common->mutex) == 0);
	return arg;
}

static void owner_killed(void)
{
	pthread_t t[2];
	pid_t pid;

	make(PTHREAD_MUTEX_ROBUST);
	pid = fork();
	if (pid == 0) {
		alarm(SCENE_LIMIT);
		must(pthread_mutex_lock(&common->mutex) == 0);
		put(common->ready, 1);
		for (;;)
			pause();
	}
	until(peek(common->ready));
	for (int i = 0; i < 2; i++)
		t[i] = start(inherits, NULL);
	pause_ms(10);
	must(kill(pid, SIGKILL) == 0);
	must(waitpid(pid, NULL, 0) == pid);
	for (int i = 0; i < 2; i++)
		joined(t[i]);
	must(common->total == 1);
}

static void named(void)
{
	char name[64];
	sem_t *sem;
	pid_t pid;
	int value;

	snprintf(name, sizeof(name), "/samebits-scene-%ld-%ld", (long)getpid(),
		 (long)time(NULL));
	sem_unlink(name); /* of a run that was killed */
	sem = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	if (sem == SEM_FAILED && (errno == ENOSYS || errno == EACCES))
		skip("no /dev/shm to write to");
	must(sem != SEM_FAILED);
	must(sem_open(name, O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED);
	must(errno == EEXIST);
	pid = fork();
	if (pid == 0) {
		sem_t *same = sem_open(name, 0);

		must(same != SEM_FAILED);
		pause_ms(10);
		must(sem_post(same) == 0 && sem_close(same) == 0);
		_exit(0);
	}
	must(sem_wait(sem) == 0);
	child_exits(pid, 0);
	must(sem_getvalue(sem, &value) == 0 && value == 0);
	must(sem_unlink(name) == 0);
	must(sem_unlink(name) == -1 && errno == ENOENT);
	must(sem_close(sem) == 0);
}

static void wait_for_word(void)
{
	while (!peek(common->word))
		syscall(SYS_futex, &common->word, FUTEX_WAIT, 0, NULL, NULL, 0);
	add(common->total, 1);
}

/* The word is at another address there. */
static void futexes(void)
{
	pid_t pid;

	make(PTHREAD_MUTEX_STALLED);
	pid = fork();
	if (pid == 0) {
		void *elsewhere;

		alarm(SCENE_LIMIT);
		elsewhere = mremap(common, 0, 4096, MREMAP_MAYMOVE);
		must(elsewhere != MAP_FAILED);
		common = elsewhere;
		joined(start(does, (void *)wait_for_word));
		_exit(0);
	}
	pause_ms(10);
	put(common->word, 1);
	syscall(SYS_futex, &common->word, FUTEX_WAKE, 10, NULL, NULL, 0);
	child_exits(pid, 0);
	must(common->total == 1);
}

/* Shared as to its attribute, and used by threads of one process. */
static void *adds(void *arg)
{
	if ((intptr_t)arg < 2)
		lock_mutex();
	pthread_barrier_wait(&common->barrier);
	if ((intptr_t)arg >= 2)
		lock_for_writing();
	return NULL;
}

static void one_process(void)
{
	make(PTHREAD_MUTEX_STALLED);
	together(PROCESSES + 1, adds);
	must(common->total == 4 * ROUNDS);
}

/* Nobody but threads of one process; the first waits longest for others. */
#define WAITERS 12

static void *waits_shared(void *arg)
{
	must(pthread_mutex_lock(&common->mutex) == 0);
	common->ready++;
	while (!common->go)
		must(pthread_cond_wait(&common->cond, &common->mutex) == 0);
	common->total++;
	must(pthread_mutex_unlock(&common->mutex) == 0);
	return arg;
}

static void of_threads(void)
{
	double since = kernel_time();
	pthread_t t[WAITERS];
	int now;

	make(PTHREAD_MUTEX_STALLED);
	for (int i = 0; i < WAITERS; i++)
		t[i] = start(waits_shared, NULL);
	do {
		pause_ms(1);
		must(pthread_mutex_lock(&common->mutex) == 0);
		now = common->ready;
		must(pthread_mutex_unlock(&common->mutex) == 0);
	} while (now < WAITERS);
	must(pthread_mutex_lock(&common->mutex) == 0);
	common->go = 1;
	must(pthread_cond_broadcast(&common->cond) == 0);
	must(pthread_mutex_unlock(&common->mutex) == 0);
	for (int i = 0; i < WAITERS; i++)
		joined(t[i]);
	must(common->total == WAITERS);
	must(kernel_time() - since < WAITERS);
}

TURNS_SCENES({ "locks", locks }, { "barriers", barriers },
	     { "conditions", conditions }, { "ping_pong", ping_pong },
	     { "owner_killed", owner_killed }, { "named", named },
	     { "futexes", futexes }, { "one_process", one_process },
	     { "of_threads", of_threads })
