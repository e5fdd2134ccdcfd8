/* SPDX-License-Identifier: MIT */
/* Futexes by syscall(2), for --schedule=turns: Rust, libstdc++ and others wait
 * this way. */
#include <errno.h>
#include <linux/futex.h>
#include <time.h>

#include "ltime.h"
#include "memory.h"
#include "registers.h"
#include "turn.h"
#include "banned.h"

/* Of a word that other processes may see, the kernel knows who waits. */
static bool in_turn(struct thread *self, const void *word, int op)
{
	return self && (op & FUTEX_PRIVATE_FLAG || !memory_shared(word));
}

static bool still_equal(const struct want *w)
{
	return __atomic_load_n((const int *)w->key, __ATOMIC_RELAXED) ==
	       w->value;
}

static long wait_in_turn(struct thread *self, const struct registers *r,
			 bool force, uint32_t bits)
{
	int op = (int)ARG(r, 2), *word = (int *)ARG(r, 1), ret;
	const struct timespec *ts = (void *)ARG(r, 4);
	bool moment = (op & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
	struct want w = { .key = word,
			  .what = "a futex",
			  .signals = true,
			  .asleep = ts != NULL,
			  .until = SEAT_EVER,
			  .bits = moment ? bits : ~0u,
			  .then = still_equal,
			  .value = (int)ARG(r, 3) };

	if (!w.bits || (ts && (ts->tv_nsec < 0 || ts->tv_sec < 0 ||
			       ts->tv_nsec >= (long)LTIME_SECOND)))
		return -EINVAL;
	if ((uintptr_t)word % sizeof(*word))
		return -EINVAL;
	turn_spend(self, 1);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != (int)ARG(r, 3))
		return -EAGAIN;
	if (ts && moment)
		w.until = turn_until(self, force, op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME
							: CLOCK_MONOTONIC, ts);
	else if (ts)
		w.until = self->clock + ltime_ns(ts);
	ret = turn_wait(self, &w);
	return ret == ECANCELED ? 0 : -ret;
}

/* What FUTEX_WAKE_OP does to the second word (futex(2)); is the second to be
 * woken, too? */
static bool operate(int *word, unsigned code)
{
	int op = code >> 28 & 7, cmp = code >> 24 & 15;
	int value = (int)(code << 8) >> 20, with = (int)(code << 20) >> 20;
	int old;

	if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
		value = (int)(1u << (value & 31));
	switch (op) {
	case FUTEX_OP_SET:
		old = __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_ADD:
		old = __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_OR:
		old = __atomic_fetch_or(word, value, __ATOMIC_SEQ_CST);
		break;
	case FUTEX_OP_ANDN:
		old = __atomic_fetch_and(word, ~value, __ATOMIC_SEQ_CST);
		break;
	default:
		old = __atomic_fetch_xor(word, value, __ATOMIC_SEQ_CST);
	}
	switch (cmp) {
	case FUTEX_OP_CMP_EQ:
		return old == with;
	case FUTEX_OP_CMP_NE:
		return old != with;
	case FUTEX_OP_CMP_LT:
		return old < with;
	case FUTEX_OP_CMP_LE:
		return old <= with;
	case FUTEX_OP_CMP_GT:
		return old > with;
	default:
		return old >= with;
	}
}

/* Those in our tables first; who is not scheduled waits in the kernel. */
static long wake_in_turn(const struct registers *r, uint32_t bits)
{
	unsigned n = (unsigned)ARG(r, 3);
	long woken = turn_wake((void *)ARG(r, 1), n, bits), more = 0;
	struct registers rest = *r;

	if ((unsigned)woken < n) {
		ARG(&rest, 3) = (int)(n - (unsigned)woken);
		more = sys6(SYS_futex, ARG(r, 1), ARG(r, 2), ARG(&rest, 3),
			    ARG(r, 4), ARG(r, 5), bits);
	}
	return more < 0 ? more : woken + more;
}

static long wake_op(const struct registers *r, uint32_t code)
{
	int *second = (int *)ARG(r, 5);
	bool both = operate(second, code);
	long woken = turn_wake((void *)ARG(r, 1), (unsigned)ARG(r, 3), ~0u);

	if (both)
		woken += turn_wake(second, (unsigned)ARG(r, 4), ~0u);
	return woken;
}

bool futex_in_turn(struct registers *r, uint32_t sixth, bool force,
		   long *result)
{
	int op = (int)ARG(r, 2), cmd = op & FUTEX_CMD_MASK;
	int *word = (int *)ARG(r, 1);
	struct thread *self = turn_take();

	switch (cmd) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		if (!in_turn(self, word, op))
			return false;
		*result = wait_in_turn(self, r, force, sixth);
		return true;
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		*result = wake_in_turn(r, cmd == FUTEX_WAKE ? ~0u : sixth);
		return true;
	case FUTEX_CMP_REQUEUE:
	case FUTEX_REQUEUE:
		if (!turn_waited(word))
			return false;
		if (cmd == FUTEX_CMP_REQUEUE && *word != (int)sixth)
			*result = -EAGAIN;
		else
			*result = turn_requeue(word, (unsigned)ARG(r, 3),
					       (void *)ARG(r, 5),
					       (unsigned)ARG(r, 4));
		return true;
	case FUTEX_WAKE_OP:
		if (!in_turn(thread_me, word, op))
			return false;
		*result = wake_op(r, sixth);
		return true;
	}
	return false;
}
