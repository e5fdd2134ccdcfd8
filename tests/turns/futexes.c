/* SPDX-License-Identifier: MIT */
/* futex(2) by syscall(2), as Rust and others wait. */
#include <linux/futex.h>
#include <limits.h>

#include "scene.h"

static uint32_t word, other, third;
static int woken, asleep, handled, private = FUTEX_PRIVATE_FLAG;

static long futex(uint32_t *at, int op, uint32_t value, const void *time,
		  uint32_t *second, uint32_t value3)
{
	return syscall(SYS_futex, at, op | private, value, time, second,
		       value3);
}

static long wake(uint32_t *at, int n)
{
	return futex(at, FUTEX_WAKE, (uint32_t)n, NULL, NULL, 0);
}

/* Wakes until so many have been woken: they may not sleep yet. */
static void wake_all(uint32_t *at, int n)
{
	while (n > 0) {
		n -= (int)wake(at, n);
		pause_ms(1);
	}
	must(n == 0);
}

/* Both kinds: seen by this process alone, or by any. */
static void both(void (*one)(void))
{
	private = FUTEX_PRIVATE_FLAG;
	one();
	private = 0;
	one();
}

static void refuse(void)
{
	struct timespec odd = { 0, 1000000000 }, none = { 0, 0 },
			soon = { 0, 5000000 }, moment;

	word = 1;
	must(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0) == -1);
	must(errno == EAGAIN);
	must(futex(&word, FUTEX_WAIT, 1, &odd, NULL, 0) == -1);
	must(errno == EINVAL);
	must(futex(&word, FUTEX_WAIT, 1, &none, NULL, 0) == -1);
	must(errno == ETIMEDOUT);
	moment = in_ms(CLOCK_MONOTONIC, 5);
	must(futex(&word, FUTEX_WAIT, 1, &soon, NULL, 0) == -1);
	must(errno == ETIMEDOUT && reached(CLOCK_MONOTONIC, &moment));
	must(futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0) == -1);
	must(errno == EINVAL); /* no bits */
	must(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 1, NULL, NULL,
		   0) == -1);
	must(errno == EINVAL);
	must(futex(NULL, FUTEX_WAIT, 1, NULL, NULL, 0) == -1);
	must(errno == EFAULT);
	must(wake(&word, INT_MAX) == 0);
	for (long ms = -10; ms <= 10; ms += 10) {
		moment = in_ms(CLOCK_MONOTONIC, ms);
		must(futex(&word, FUTEX_WAIT_BITSET, 1, &moment, NULL,
			   FUTEX_BITSET_MATCH_ANY) == -1);
		must(errno == ETIMEDOUT && reached(CLOCK_MONOTONIC, &moment));
		moment = in_ms(CLOCK_REALTIME, ms);
		must(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 1,
			   &moment, NULL, FUTEX_BITSET_MATCH_ANY) == -1);
		must(errno == ETIMEDOUT && reached(CLOCK_REALTIME, &moment));
	}
}

static void refusals(void)
{
	both(refuse);
}

static void *sleeps(void *arg)
{
	uint32_t *at = arg;

	add(asleep, 1);
	while (futex(at, FUTEX_WAIT, 0, NULL, NULL, 0))
		must(errno == EINTR);
	add(woken, 1);
	return NULL;
}

static void wake_some(void)
{
	pthread_t t[5];

	word = 0;
	put(woken, 0);
	for (int i = 0; i < 5; i++)
		t[i] = start(sleeps, &word);
	wake_all(&word, 2);
	until(peek(woken) == 2);
	must(wake(&other, 5) == 0);
	pause_ms(2);
	must(peek(woken) == 2);
	wake_all(&word, 3);
	for (int i = 0; i < 5; i++)
		joined(t[i]);
}

static void wakes(void)
{
	both(wake_some);
}

static void *sleeps_for(void *bits)
{
	while (futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL,
		     (uint32_t)(uintptr_t)bits))
		must(errno == EINTR);
	add(woken, 1);
	return NULL;
}

static void wake_bits(void)
{
	pthread_t t[4];
	long n = 0;

	word = 0;
	put(woken, 0);
	for (uintptr_t i = 0; i < 4; i++)
		t[i] = start(sleeps_for, (void *)(uintptr_t)(1u << i));
	must(futex(&word, FUTEX_WAKE_BITSET, 5, NULL, NULL, 1u << 9) == 0);
	while (n < 1) {
		n = futex(&word, FUTEX_WAKE_BITSET, 5, NULL, NULL, 1u << 2);
		pause_ms(1);
	}
	must(n == 1);
	joined(t[2]);
	must(peek(woken) == 1);
	for (n = 0; n < 2; pause_ms(1))
		n += futex(&word, FUTEX_WAKE_BITSET, 5, NULL, NULL, 3);
	must(n == 2);
	joined(t[0]);
	joined(t[1]);
	wake_all(&word, 1); /* FUTEX_WAKE matches any */
	joined(t[3]);
}

static void bitsets(void)
{
	both(wake_bits);
}

static void requeue_some(void)
{
	pthread_t t[4];
	long moved = 0;

	word = other = third = 0;
	put(woken, 0);
	for (int i = 0; i < 4; i++)
		t[i] = start(sleeps, &word);
	must(futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)10, &other, 7) == -1);
	must(errno == EAGAIN);
	while (moved < 4) {
		moved += futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)10, &other,
			       0);
		pause_ms(1);
	}
	must(moved == 4 && peek(woken) == 0);
	must(wake(&word, 10) == 0); /* nobody is left there */
	/* One is woken, one moved on. */
	must(futex(&other, FUTEX_REQUEUE, 1, (void *)1, &third, 0) == 2);
	until(peek(woken) == 1);
	must(wake(&third, 10) == 1);
	until(peek(woken) == 2);
	must(wake(&other, 10) == 2);
	for (int i = 0; i < 4; i++)
		joined(t[i]);
}

static void requeues(void)
{
	both(requeue_some);
}

/* Whatever the word is: until it is woken, not until the word changes. */
static void *sleeps_on_any(void *at)
{
	while (futex(at, FUTEX_WAIT, peek(*(uint32_t *)at), NULL, NULL, 0))
		must(errno == EINTR || errno == EAGAIN);
	return NULL;
}

/* Changes a word, wakes at one, and at the other if its old value was so. */
static void wake_by_operation(void)
{
	pthread_t a, b;
	int op = FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_GE, 0);
	int tries = 0;

	word = other = 0;
	a = start(sleeps_on_any, &word);
	b = start(sleeps_on_any, &other);
	for (long n = 0; n < 2; pause_ms(1), tries++)
		n += futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other,
			   (uint32_t)op);
	must(other == 5u * (uint32_t)tries);
	joined(a);
	joined(b);
	op = FUTEX_OP(FUTEX_OP_SET, 9, FUTEX_OP_CMP_GT, 100);
	must(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, (uint32_t)op) ==
	     0);
	must(other == 9);
	op = FUTEX_OP(FUTEX_OP_OR, 6, FUTEX_OP_CMP_LT, 100);
	must(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, (uint32_t)op) ==
	     0);
	must(other == 15);
	op = FUTEX_OP((FUTEX_OP_ANDN | FUTEX_OP_OPARG_SHIFT), 3,
		      FUTEX_OP_CMP_NE, 15);
	must(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, (uint32_t)op) ==
	     0);
	must(other == 7);
}

static void operations(void)
{
	both(wake_by_operation);
}

/* A lock of three states made of nothing else. */
static uint32_t lock_word;
static int total;

static void lock(void)
{
	uint32_t was = 0;

	if (__atomic_compare_exchange_n(&lock_word, &was, 1, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock_word, 2, __ATOMIC_ACQUIRE))
		futex(&lock_word, FUTEX_WAIT, 2, NULL, NULL, 0);
}

static void unlock(void)
{
	if (__atomic_exchange_n(&lock_word, 0, __ATOMIC_RELEASE) == 2)
		wake(&lock_word, 1);
}

static void *adds(void *arg)
{
	for (int i = 0; i < 300; i++) {
		int seen;

		lock();
		seen = total;
		if (i % 25 == 0)
			sched_yield();
		total = seen + 1;
		unlock();
	}
	return arg;
}

static void add_up(void)
{
	total = 0;
	together(5, adds);
	must(total == 1500);
}

static void own_lock(void)
{
	both(add_up);
}

static void *waits_in_time(void *arg)
{
	struct timespec late = { 25, 0 };

	if (arg) {
		late = in_ms(CLOCK_MONOTONIC, 25000);
		while (futex(&word, FUTEX_WAIT_BITSET, 0, &late, NULL,
			     FUTEX_BITSET_MATCH_ANY))
			must(errno == EINTR);
	} else {
		while (futex(&word, FUTEX_WAIT, 0, &late, NULL, 0))
			must(errno == EINTR);
	}
	return NULL;
}

static void wake_in_time(void)
{
	pthread_t a, b;

	word = 0;
	a = start(waits_in_time, NULL);
	b = start(waits_in_time, "absolute");
	wake_all(&word, 2);
	joined(a);
	joined(b);
}

static void in_time(void)
{
	both(wake_in_time);
}

static void count(int sig)
{
	(void)sig;
	add(handled, 1);
}

static void *is_interrupted(void *arg)
{
	must(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0) == -1);
	must(errno == EINTR);
	return arg;
}

static void interrupt_wait(void)
{
	pthread_t t;

	word = 0;
	handle(SIGUSR1, count, 0);
	t = start(is_interrupted, NULL);
	while (pthread_tryjoin_np(t, NULL)) {
		must(pthread_kill(t, SIGUSR1) == 0);
		pause_ms(2);
	}
	handle(SIGUSR1, count, SA_RESTART);
	t = start(sleeps, &word);
	for (int i = 0; i < 3; i++) {
		pause_ms(2);
		must(pthread_kill(t, SIGUSR1) == 0);
	}
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	wake_all(&word, 1);
	joined(t);
}

static void interrupted(void)
{
	both(interrupt_wait);
}

/* Locks that lend their priority; the kernel writes who has them. */
static uint32_t pi_word;

static void pi_lock(void)
{
	uint32_t was = 0, me = (uint32_t)syscall(SYS_gettid);

	if (__atomic_compare_exchange_n(&pi_word, &was, me, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	must(futex(&pi_word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
}

static void pi_unlock(void)
{
	uint32_t me = (uint32_t)syscall(SYS_gettid);

	if (__atomic_compare_exchange_n(&pi_word, &me, 0, false,
					__ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	must(futex(&pi_word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
}

static void *adds_pi(void *arg)
{
	for (int i = 0; i < 50; i++) {
		int seen;

		pi_lock();
		seen = total;
		if (i % 10 == 0)
			sched_yield();
		total = seen + 1;
		pi_unlock();
	}
	return arg;
}

static void add_up_pi(void)
{
	total = 0;
	together(4, adds_pi);
	must(total == 200);
}

static void priorities(void)
{
	both(add_up_pi);
}

/* A broadcast that moves its waiters to the lock: as libraries do it. */
static uint32_t sequence;

static void *waits_for_news(void *arg)
{
	uint32_t seen;

	lock();
	add(asleep, 1);
	seen = sequence;
	while (sequence == seen) {
		unlock();
		futex(&sequence, FUTEX_WAIT, seen, NULL, NULL, 0);
		while (__atomic_exchange_n(&lock_word, 2, __ATOMIC_ACQUIRE))
			futex(&lock_word, FUTEX_WAIT, 2, NULL, NULL, 0);
	}
	woken++;
	unlock();
	return arg;
}

static void own_condition(void)
{
	pthread_t t[5];

	for (int i = 0; i < 5; i++)
		t[i] = start(waits_for_news, NULL);
	until(peek(asleep) == 5);
	lock();
	sequence++;
	futex(&sequence, FUTEX_REQUEUE, 1, (void *)INT_MAX, &lock_word, 0);
	put(lock_word, 2); /* those who were moved wait for it */
	unlock();
	for (int i = 0; i < 5; i++)
		joined(t[i]);
	must(woken == 5);
}

TURNS_SCENES({ "refusals", refusals }, { "wakes", wakes },
	     { "bitsets", bitsets }, { "requeues", requeues },
	     { "operations", operations }, { "own_lock", own_lock },
	     { "in_time", in_time }, { "interrupted", interrupted },
	     { "priorities", priorities }, { "own_condition", own_condition })
