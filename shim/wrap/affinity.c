/* SPDX-License-Identifier: MIT */
/*
 * Which processors may be used, by which programs count them. Observed; under
 * --threads N the sets hold the N that the program believes in, and what it
 * makes of them still pins its threads, or does no harm (processors.h).
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "call.h"
#include "pids.h"
#include "processors.h"
#include "real.h"
#include "turn.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "cpu", .policy = SB_OBSERVE, .counts = 1,          \
	       .doc = text)

ROW(sched_getaffinity, "processors that may be used");
ROW(pthread_getaffinity_np, "processors that a thread may use");
ROW(pthread_attr_getaffinity_np, "processors that a new thread may use");

HOOK(sched_setaffinity);
HOOK(pthread_setaffinity_np);
HOOK(pthread_attr_setaffinity_np);
HOOK(pthread_getattr_np);

static bool forced(void)
{
	return src_sched_getaffinity.now == SB_FORCE;
}

/* Whether there is such a process, and room at `set`, the kernel says; how much
 * room there must be, its own processors say. */
EXPORT int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	struct call c;
	pid_t tid = pids_thread_in(pid);
	struct thread *t;
	bool force;
	long n;
	int ret;

	force = CALL(&c, sched_getaffinity) == SB_FORCE;
	ret = real_sched_getaffinity(tid, size, set);
	if (force && set && (ret == 0 || errno == EINVAL)) {
		n = processors_set(set, size);
		ret = n < 0 ? sys_result(n) : 0;
	}
	t = force ? NULL : turn_pinned_one(tid);
	if (ret == 0 && t)
		turn_processors(t, set, size);
	call_end(&c, ret ? 0 : digest_bytes(set, size), 0);
	return ret;
}

static struct thread *pinned(pthread_t thread)
{
	return turn_pinned() && !forced() ? thread_alive(thread) : NULL;
}

static int set_for(void *set, size_t size)
{
	long n = processors_set(set, size);

	return n < 0 ? (int)-n : 0;
}

EXPORT int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	struct call c;
	struct thread *t;
	int ret;

	if (CALL(&c, pthread_getaffinity_np) == SB_FORCE)
		ret = set_for(set, size);
	else
		ret = real_pthread_getaffinity_np(thread, size, set);
	t = pinned(thread);
	if (ret == 0 && t)
		turn_processors(t, set, size);
	call_end(&c, ret ? 0 : digest_bytes(set, size), 0);
	return ret;
}

EXPORT int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size,
				       cpu_set_t *set)
{
	struct call c;
	int ret;

	if (CALL(&c, pthread_attr_getaffinity_np) == SB_FORCE)
		ret = set_for(set, size);
	else
		ret = real_pthread_attr_getaffinity_np(attr, size, set);
	call_end(&c, ret ? 0 : digest_bytes(set, size), 0);
	return ret;
}

EXPORT int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	pid_t tid = pids_thread_in(pid);
	struct thread *t;

	if (forced())
		return sys_result(processors_pin(tid, set, size));
	t = turn_pinned_one(tid);
	if (t)
		return sys_result(turn_processors_set(t, set, size));
	return sys_result(sys3(SYS_sched_setaffinity, tid, size, set));
}

EXPORT int pthread_setaffinity_np(pthread_t thread, size_t size,
				  const cpu_set_t *set)
{
	struct thread *self = thread_me;
	uint8_t real[PROCESSORS_ROOM];
	unsigned first;
	struct thread *t = pinned(thread);
	long n;
	int ret = 0;

	if (t)
		return -(int)turn_processors_set(t, set, size);
	if (!forced())
		return NEXT(pthread_setaffinity_np)(thread, size, set);
	n = processors_real(set, size, real, &first);
	if (n > 0)
		ret = NEXT(pthread_setaffinity_np)(thread, (size_t)n,
						   (cpu_set_t *)real);
	if (n >= 0 && ret == 0 && self && pthread_equal(thread, pthread_self()))
		self->pinned = first + 1;
	return n < 0 ? (int)-n : ret;
}

/* pthread_create applies it within libc. */
EXPORT int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size,
				       const cpu_set_t *set)
{
	uint8_t real[PROCESSORS_ROOM];
	unsigned first;
	long n;

	if (!forced() || !size)
		return NEXT(pthread_attr_setaffinity_np)(attr, size, set);
	n = processors_real(set, size, real, &first);
	if (n == -EFAULT) /* to libc: none any more */
		return NEXT(pthread_attr_setaffinity_np)(attr, 0, set);
	if (n > 0)
		return NEXT(pthread_attr_setaffinity_np)(attr, (size_t)n,
							 (cpu_set_t *)real);
	return (int)-n;
}

/* What libc says where attributes have no set: all that there could be. */
static bool has_set(const pthread_attr_t *attr)
{
	uint8_t set[PROCESSORS_ROOM];

	if (!attr || real_pthread_attr_getaffinity_np(attr, sizeof(set),
						      (cpu_set_t *)set))
		return false;
	return set[0] != 0xff || memcmp(set, set + 1, sizeof(set) - 1);
}

void turn_pin_made(struct thread *t, pthread_t id, const pthread_attr_t *attr)
{
	memcpy(t->seat.processors, thread_me->seat.processors, SEAT_PROCESSORS);
	if (!turn_pinned() || forced() || !has_set(attr))
		return;
	if (real_pthread_getaffinity_np(id, SEAT_PROCESSORS,
					(cpu_set_t *)t->seat.processors) == 0)
		NEXT(pthread_setaffinity_np)(id, SEAT_PROCESSORS,
					     turn_pin_to());
}

/* libc asks the kernel for the set in it. */
EXPORT int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)
{
	struct thread *t = pinned(thread);
	int ret = NEXT(pthread_getattr_np)(thread, attr);

	if (ret == 0 && t)
		ret = NEXT(pthread_attr_setaffinity_np)(
			attr, SEAT_PROCESSORS,
			(const cpu_set_t *)t->seat.processors);
	return ret;
}
