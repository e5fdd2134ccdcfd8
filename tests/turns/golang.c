/* SPDX-License-Identifier: MIT */
/* What looks like Go's runtime, with C: threads that libc made wait by system
 * calls of their own, where nothing sees them, and one of them looks around now
 * and then for ever. They are not to be scheduled. */
#include <linux/futex.h>
#include <sys/syscall.h>

#include "scene.h"

extern int golang_note;
static int word, over;

static long raw(long nr, const void *a, long b, long c)
{
	register long r10 __asm__("r10") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

static void *looks_around(void *arg)
{
	const struct timespec moment = { 0, 1000000 };

	while (!peek(over))
		raw(SYS_nanosleep, &moment, 0, 0);
	return arg;
}

static void *goes_on(void *arg)
{
	put(word, 1);
	raw(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
	return arg;
}

static void hidden_waits(void)
{
	pthread_t monitor, other;

	must(golang_note == 1);
	monitor = start(looks_around, NULL);
	other = start(goes_on, NULL);
	while (!peek(word))
		raw(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0);
	put(over, 1);
	joined(monitor);
	joined(other);
}

TURNS_SCENES({ "hidden_waits", hidden_waits })
