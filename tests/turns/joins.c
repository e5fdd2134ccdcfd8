/* SPDX-License-Identifier: MIT */
/* Threads begin, end and are waited for. */
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>

#include "scene.h"

static pthread_barrier_t both;
static int go, count;
static sem_t ended;

static void *returns(void *arg)
{
	return arg;
}

static void *waits_for_go(void *arg)
{
	until(peek(go));
	return arg;
}

static void values(void)
{
	pthread_t early = start(returns, "early"), late;

	pause_ms(10); /* it is over */
	must(!strcmp(joined(early), "early"));
	late = start(waits_for_go, "late");
	put(go, 1);
	must(!strcmp(joined(late), "late"));
}

static void leave_deep(int depth)
{
	char room[256];

	if (depth < 0)
		return;
	memset(room, depth, sizeof(room));
	if (depth == 0)
		pthread_exit("deep");
	leave_deep(depth - 1);
	must(room[255] == depth);
}

static void *exits(void *arg)
{
	leave_deep(20);
	return arg;
}

static void exit_value(void)
{
	must(!strcmp(joined(start(exits, NULL)), "deep"));
}

static void *joins_itself(void *arg)
{
	must(pthread_join(pthread_self(), NULL) == EDEADLK);
	return arg;
}

static void itself(void)
{
	joins_itself(NULL);
	joined(start(joins_itself, NULL));
}

static void attempts(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 10), past;
	pthread_t t = start(waits_for_go, "done");
	void *value;

	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	must(pthread_timedjoin_np(t, NULL, &soon) == ETIMEDOUT);
	must(reached(CLOCK_REALTIME, &soon));
	soon = in_ms(CLOCK_MONOTONIC, 10);
	must(pthread_clockjoin_np(t, NULL, CLOCK_MONOTONIC, &soon) ==
	     ETIMEDOUT);
	must(reached(CLOCK_MONOTONIC, &soon));
	past = in_ms(CLOCK_REALTIME, -10);
	must(pthread_timedjoin_np(t, NULL, &past) == ETIMEDOUT);
	must(pthread_clockjoin_np(t, NULL, CLOCK_PROCESS_CPUTIME_ID, &soon) ==
	     EINVAL);
	must(pthread_timedjoin_np(pthread_self(), NULL, &soon) == EDEADLK);
	put(go, 1);
	soon = in_ms(CLOCK_REALTIME, 20000);
	must(pthread_timedjoin_np(t, &value, &soon) == 0);
	must(!strcmp(value, "done"));
	t = start(returns, "clock");
	soon = in_ms(CLOCK_MONOTONIC, 20000);
	must(pthread_clockjoin_np(t, &value, CLOCK_MONOTONIC, &soon) == 0);
	must(!strcmp(value, "clock"));
	t = start(returns, "try");
	while (pthread_tryjoin_np(t, &value))
		; /* nothing but the attempt */
	must(!strcmp(value, "try"));
}

static void *posts(void *arg)
{
	add(count, 1);
	must(sem_post(&ended) == 0);
	return arg;
}

static void *detaches_itself(void *arg)
{
	must(pthread_detach(pthread_self()) == 0);
	return posts(arg);
}

static void detached(void)
{
	pthread_attr_t attr;
	pthread_t t;

	must(sem_init(&ended, 0, 0) == 0);
	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	for (int i = 0; i < 20; i++) {
		must(pthread_create(&t, &attr, posts, NULL) == 0);
		must(pthread_detach(start(posts, NULL)) == 0);
		start(detaches_itself, NULL);
	}
	for (int i = 0; i < 60; i++)
		must(sem_wait(&ended) == 0);
	must(peek(count) == 60);
}

static void not_joinable(void)
{
	pthread_t t = start(waits_for_go, NULL);

	must(pthread_detach(t) == 0);
	must(pthread_join(t, NULL) == EINVAL);
	must(pthread_detach(t) == EINVAL);
	put(go, 1);
}

/* Detached threads still run, sleep and wait when main returns. */
static void *lives_on(void *arg)
{
	add(count, 1);
	for (;;)
		if (arg)
			pause();
		else
			must(sem_wait(&ended) == 0);
}

static void outlive(void)
{
	must(sem_init(&ended, 0, 0) == 0);
	for (intptr_t i = 0; i < 6; i++)
		must(pthread_detach(start(lives_on, (void *)(i % 2))) == 0);
	until(peek(count) == 6);
}

/* A third one joins. */
static void *joins(void *arg)
{
	return joined(*(pthread_t *)arg);
}

static void by_another(void)
{
	pthread_t t = start(waits_for_go, "value"), joiner = start(joins, &t);

	pause_ms(5);
	put(go, 1);
	must(!strcmp(joined(joiner), "value"));
}

static void *chain(void *arg)
{
	intptr_t left = (intptr_t)arg;

	if (left)
		joined(start(chain, (void *)(left - 1)));
	add(count, 1);
	return NULL;
}

static void chained(void)
{
	joined(start(chain, (void *)30));
	must(count == 31);
}

static void *branch(void *arg)
{
	intptr_t left = (intptr_t)arg;
	pthread_t t[2];

	add(count, 1);
	if (!left)
		return NULL;
	for (int i = 0; i < 2; i++)
		t[i] = start(branch, (void *)(left - 1));
	for (int i = 2; i-- > 0;)
		joined(t[i]);
	return NULL;
}

static void tree(void)
{
	branch((void *)6);
	must(count == 127);
}

/* What cannot be created leaves nothing behind. */
static void cannot_create(void)
{
	pthread_attr_t attr;
	pthread_t t;

	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstacksize(&attr, (size_t)1 << 46) == 0);
	for (int i = 0; i < 3; i++)
		must(pthread_create(&t, &attr, returns, NULL) == EAGAIN);
	must(!strcmp(joined(start(returns, "still")), "still"));
}

static void *stays_in_stack(void *arg)
{
	char here;

	must(&here > (char *)arg && &here < (char *)arg + 65536);
	return NULL;
}

/* The stack is the program's again as soon as join returns. */
static void own_stacks(void)
{
	char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;

	must(stack != MAP_FAILED);
	must(pthread_attr_init(&attr) == 0);
	must(pthread_attr_setstack(&attr, stack, 65536) == 0);
	for (int i = 0; i < 50; i++) {
		pthread_t t;

		must(pthread_create(&t, &attr, stays_in_stack, stack) == 0);
		joined(t);
		memset(stack, 0xff, 65536);
	}
	must(munmap(stack, 65536) == 0);
}

static void *names_itself(void *arg)
{
	char name[16];

	must(pthread_setname_np(pthread_self(), "scene") == 0);
	must(pthread_getname_np(pthread_self(), name, sizeof(name)) == 0);
	must(!strcmp(name, "scene"));
	must(pthread_equal(pthread_self(), *(pthread_t *)arg));
	return NULL;
}

/* pthread_create has told who it is before it returns; the thread itself may
 * run earlier, so it is told after. */
static void identity(void)
{
	pthread_t t;

	must(pthread_barrier_init(&both, NULL, 2) == 0);
	t = pthread_self();
	names_itself(&t);
	t = start(waits_for_go, NULL);
	must(!pthread_equal(t, pthread_self()));
	put(go, 1);
	joined(t);
}

/* Finished and not yet joined. */
static void finished(void)
{
	pthread_t t = start(returns, "value");

	pause_ms(10);
	must(pthread_kill(t, 0) == 0);
	must(pthread_cancel(t) == 0);
	until(pthread_tryjoin_np(t, NULL) == 0);
}

/* Joined in another order than they end in. */
static void *sleeps(void *arg)
{
	pause_ms((int)(intptr_t)arg);
	return arg;
}

static void any_order(void)
{
	pthread_t t[8];

	for (intptr_t i = 0; i < 8; i++)
		t[i] = start(sleeps, (void *)(i * 3 % 8));
	for (intptr_t i = 7; i >= 0; i--)
		must(joined(t[i]) == (void *)(i * 3 % 8));
}

/* Threads whose numbers look like the upper half of an address. In a namespace
 * of processes of its own the next number can be asked for. */
static void number_next(int number)
{
	int fd = getpid() < 100
			 ? open("/proc/sys/kernel/ns_last_pid", O_WRONLY) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%d", number - 1);
	must(close(fd) == 0);
}

static void like_addresses(void)
{
	const int numbers[] = { 0x7fff, 0x5555, 0x7ffe };

	joined(start(returns, "first"));
	for (size_t i = 0; i < count_of(numbers); i++) {
		number_next(numbers[i]);
		must(!strcmp(joined(start(returns, "value")), "value"));
		joined(start(returns, "next"));
	}
}

TURNS_SCENES({ "values", values }, { "exit_value", exit_value },
	     { "itself", itself }, { "attempts", attempts },
	     { "detached", detached }, { "not_joinable", not_joinable },
	     { "outlive", outlive }, { "by_another", by_another },
	     { "chained", chained }, { "tree", tree },
	     { "cannot_create", cannot_create }, { "own_stacks", own_stacks },
	     { "identity", identity }, { "finished", finished },
	     { "any_order", any_order },
	     { "like_addresses", like_addresses })
