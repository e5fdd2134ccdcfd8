/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <xmmintrin.h>

#include "../sys.h"
#include "pool.h"

#define SPINS 2000 /* about 50 us: calls come in bursts */
#define FLAGS 0x3fu /* of MXCSR: exceptions that were raised */
#define OPEN 0x80000000u

static struct {
	struct same_host host;
	atomic_flag taken;
	long owner;		  /* the process that has these threads */
	unsigned started;	  /* besides callers */
	_Atomic uint32_t calls;	  /* what threads sleep on */
	/* OPEN while there may be work to take, plus the threads at work: the
	 * job may be changed when it is 0. */
	_Atomic uint32_t state;
	_Atomic uint32_t most; /* of them */
	_Atomic int64_t next;
	_Atomic uint32_t flags;
	int64_t tasks;
	void (*work)(void *arg, int64_t task);
	void *arg;
	uint32_t csr;
	unsigned processor; /* the caller's */
} pool = { .taken = ATOMIC_FLAG_INIT };

static void sleep_on(_Atomic uint32_t *word, uint32_t seen)
{
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load_explicit(word, memory_order_acquire) != seen)
			return;
		_mm_pause();
	}
	sys4(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL);
}

static void wake(_Atomic uint32_t *word, int threads)
{
	sys3(SYS_futex, word, FUTEX_WAKE_PRIVATE, threads);
}

static void do_tasks(void)
{
	int64_t task;

	while ((task = atomic_fetch_add(&pool.next, 1)) < pool.tasks)
		pool.work(pool.arg, task);
}

static bool join(void)
{
	uint32_t state = atomic_load(&pool.state);

	while (state & OPEN && (state & ~OPEN) < pool.most)
		if (atomic_compare_exchange_weak(&pool.state, &state,
						 state + 1))
			return true;
	return false;
}

static unsigned processor(void)
{
	unsigned n = 0;

	sys3(SYS_getcpu, &n, NULL, NULL);
	return n;
}

#define MASK (1024 / 64)

/* The kernel may leave who was woken where his waker works, for seconds on a
 * machine of two processors, of which one is idle: he keeps away from there.
 * all: where he may be; its size in bytes, or an error. */
static void keep_off(unsigned here, const uint64_t all[MASK], long size)
{
	uint64_t others[MASK];

	if (size <= 0 || here >= 64 * MASK)
		return;
	for (int i = 0; i < MASK; i++)
		others[i] = all[i];
	others[here / 64] &= ~(1ULL << here % 64);
	sys3(SYS_sched_setaffinity, 0, size, others);
}

static void helper(void *arg)
{
	uint32_t seen = (uint32_t)(uintptr_t)arg;
	uint64_t signals = ~0ULL, all[MASK] = { 0 };
	long size = sys3(SYS_sched_getaffinity, 0, sizeof(all), all);

	/* The program's signals are for its own threads. */
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &signals, NULL, sizeof(signals));
	for (;;) {
		while (atomic_load(&pool.calls) == seen)
			sleep_on(&pool.calls, seen);
		seen = atomic_load(&pool.calls);
		if (!join())
			continue;
		if (processor() == pool.processor)
			keep_off(pool.processor, all, size);
		_mm_setcsr(pool.csr);
		do_tasks();
		atomic_fetch_or(&pool.flags, _mm_getcsr() & FLAGS);
		if (atomic_fetch_sub(&pool.state, 1) == 1)
			wake(&pool.state, 1);
	}
}

void pool_start(const struct same_host *host)
{
	pool.host = *host;
}

void same_threads(unsigned threads)
{
	if (__atomic_load_n(&pool.host.threads, __ATOMIC_RELAXED) != threads)
		__atomic_store_n(&pool.host.threads, threads, __ATOMIC_RELAXED);
}

unsigned pool_threads(void)
{
	unsigned n = __atomic_load_n(&pool.host.threads, __ATOMIC_RELAXED);

	return pool.host.spawn && n > 1 ? n : 1;
}

static void start_helpers(unsigned wanted)
{
	uintptr_t seen = atomic_load(&pool.calls);

	while (pool.started < wanted &&
	       !pool.host.spawn(helper, (void *)seen))
		pool.started++;
}

/* The pool is the caller's until atomic_flag_clear. */
static bool take(void)
{
	long self = sys0(SYS_getpid);

	if (pool.owner && self != pool.owner) { /* forked: they are gone */
		pool.started = 0;
		atomic_store(&pool.state, 0);
		atomic_flag_clear(&pool.taken);
	}
	if (atomic_flag_test_and_set(&pool.taken))
		return false;
	pool.owner = self;
	return true;
}

static void share(int64_t tasks, unsigned helpers)
{
	uint32_t state;

	unsigned most = pool_threads() - 1;

	start_helpers(most);
	atomic_store(&pool.most, most);
	pool.csr = _mm_getcsr();
	pool.processor = processor();
	pool.tasks = tasks;
	atomic_store(&pool.next, 0);
	atomic_store(&pool.flags, 0);
	atomic_store(&pool.state, OPEN);
	atomic_fetch_add(&pool.calls, 1);
	wake(&pool.calls, (int)(helpers < most ? helpers : most));
	do_tasks();
	state = atomic_fetch_and(&pool.state, ~OPEN) & ~OPEN;
	for (; state; state = atomic_load(&pool.state))
		sleep_on(&pool.state, state);
	_mm_setcsr(_mm_getcsr() | atomic_load(&pool.flags));
}

void pool_run(int64_t tasks, void (*work)(void *arg, int64_t task), void *arg)
{
	if (tasks > 1 && pool_threads() > 1 && take()) {
		pool.work = work;
		pool.arg = arg;
		share(tasks, (unsigned)(tasks < INT32_MAX ? tasks : INT32_MAX) -
				     1);
		atomic_flag_clear(&pool.taken);
		return;
	}
	for (int64_t i = 0; i < tasks; i++)
		work(arg, i);
}
