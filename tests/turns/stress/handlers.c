/* SPDX-License-Identifier: MIT */
/* Threads that wait are sent signals; their handlers look at what the sender is
 * counting. */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#include "stress.h"

#define SIGNALS 40

static sem_t end;
static volatile int counted;
static uint64_t result;

static void look(int sig)
{
	result = mix(result, (uint64_t)counted + (uint64_t)sig);
}

static void *wait_for_end(void *arg)
{
	while (sem_wait(&end))
		check(errno == EINTR, "sem_wait");
	return arg;
}

static void count(void)
{
	for (int i = 0; i < 100000; i++)
		counted++;
}

static void send(pthread_t to, int i)
{
	union sigval value = { .sival_int = i };

	if (i % 2)
		check(!pthread_sigqueue(to, SIGUSR1, value), "sigqueue");
	else
		check(!pthread_kill(to, SIGUSR2), "kill");
}

int main(void)
{
	struct sigaction sa = { .sa_handler = look, .sa_flags = SA_RESTART };
	pthread_t t[MEMBERS];

	alarm(120);
	check(!sem_init(&end, 0, 0), "sem_init");
	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_flags = 0;
	sigaction(SIGUSR2, &sa, NULL);
	for (int i = 0; i < MEMBERS; i++)
		check(!pthread_create(&t[i], NULL, wait_for_end, NULL),
		      "create");
	sched_yield();
	for (int i = 0; i < SIGNALS; i++) {
		send(t[i / 2 % MEMBERS], i);
		count();
	}
	for (int i = 0; i < MEMBERS; i++)
		check(!sem_post(&end), "post");
	for (int i = 0; i < MEMBERS; i++)
		check(!pthread_join(t[i], NULL), "join");
	printf("%llx\n", (unsigned long long)result);
	return 0;
}
