/* SPDX-License-Identifier: MIT */
#include <sys/timerfd.h>

#include "victim.h"

const struct facts facts = { .calls = 3,
			     .output = "8\n8\n1\n8\n1\n30001\n" };

/* Ticks come at the same logical times however late they are read. */
void victim(void)
{
	struct itimerspec its = { { 0, WAIT_NS }, { 0, WAIT_NS } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int64_t began = real_ns();
	uint64_t ticks;

	timerfd_settime(fd, 0, &its, NULL);
	emit((uint64_t)read(fd, &ticks, sizeof(ticks)));
	emit((uint64_t)read(fd, &ticks, sizeof(ticks)));
	emit(real_ns() - began >= 2 * WAIT_NS);
	while (real_ns() - began < 6 * WAIT_NS)
		;
	emit((uint64_t)read(fd, &ticks, sizeof(ticks)));
	emit(ticks);
	emit((uint64_t)(logical_ns(CLOCK_MONOTONIC) - 1000 * SECOND) / 1000);
	close(fd);
}
