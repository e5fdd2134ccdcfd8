/* SPDX-License-Identifier: MIT */
/* Under --schedule=turns all threads are on one processor, where passing the
 * turn costs a quarter; programs do not see it. Each thread has the set that it
 * was given, as the kernel would keep it: what it makes inherits that. */
#include <sched.h>
#include <string.h>

#include "sys.h"
#include "turn.h"
#include "banned.h"

static uint8_t one[SEAT_PROCESSORS];
static long bytes; /* of a set, as the kernel writes it; 0: none is pinned */

void turn_pin_first(struct thread *self)
{
	uint8_t *set = self->seat.processors;
	unsigned cpu;

	bytes = sys3(SYS_sched_getaffinity, 0, SEAT_PROCESSORS, set);
	if (bytes < 0 || sys3(SYS_getcpu, &cpu, NULL, NULL) < 0 ||
	    cpu / 8 >= (unsigned)bytes) {
		bytes = 0;
		return;
	}
	memset(one, 0, sizeof(one));
	one[cpu / 8] = (uint8_t)(1u << cpu % 8);
	turn_pin();
}

void turn_pin(void)
{
	sys3(SYS_sched_setaffinity, 0, bytes, one);
}

void turn_unpin(void)
{
	if (bytes && thread_me)
		sys3(SYS_sched_setaffinity, 0, bytes,
		     thread_me->seat.processors);
}

void turn_pin_forked(void)
{
	turn_unpin();
	bytes = 0;
}

bool turn_pinned(void)
{
	return turn.on && bytes;
}

const void *turn_pin_to(void)
{
	return one;
}

struct thread *turn_pinned_one(pid_t tid)
{
	struct thread *t;

	if (!turn_pinned())
		return NULL;
	if (!tid)
		return thread_me;
	for (t = thread_first(); t; t = t->next)
		if (t->tid == tid && !t->ended)
			return t;
	return NULL;
}

long turn_processors(const struct thread *t, void *set, size_t size)
{
	size_t n = size < (size_t)bytes ? size : (size_t)bytes;

	memset(set, 0, size);
	memcpy(set, t->seat.processors, n);
	return (long)n;
}

/* Only the kernel knows which sets are right. */
long turn_processors_set(struct thread *t, const void *set, size_t size)
{
	uint8_t *own = t->seat.processors;
	long ret = sys3(SYS_sched_setaffinity, 0, size, set);

	if (ret < 0)
		return ret;
	memset(own, 0, SEAT_PROCESSORS);
	ret = sys3(SYS_sched_getaffinity, 0, SEAT_PROCESSORS, own);
	turn_pin();
	return ret < 0 ? ret : 0;
}
