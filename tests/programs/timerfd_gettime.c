/* SPDX-License-Identifier: MIT */
#include <sys/timerfd.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "9999000\n" };

/* A reading in between shortens what is left by its microsecond. */
void victim(void)
{
	struct itimerspec its = { .it_value = { 0, WAIT_NS } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(fd, 0, &its, NULL);
	time(NULL);
	timerfd_gettime(fd, &its);
	emit((uint64_t)its.it_value.tv_nsec);
	close(fd);
}
