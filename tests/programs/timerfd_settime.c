/* SPDX-License-Identifier: MIT */
#include <sys/timerfd.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n8\n1\n1\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_MONOTONIC);
	struct itimerspec its = { { 0, 0 }, until };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int64_t began = real_ns();
	uint64_t fired;

	emit((uint64_t)timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
	emit((uint64_t)read(fd, &fired, sizeof(fired)));
	emit(real_ns() - began >= WAIT_NS);
	/* Else a loop that arms it until the time has come never ends. */
	emit(logical_ns(CLOCK_MONOTONIC) >=
	     until.tv_sec * SECOND + until.tv_nsec);
}
