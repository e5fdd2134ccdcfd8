/* SPDX-License-Identifier: MIT */
#include <sys/timerfd.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "9999000\n" };

/* A reading in between shortens what is left by its microsecond; the minute
 * is there as on a busy machine a timer of 10 ms may have gone off by then. */
void victim(void)
{
	struct itimerspec its = { .it_value = { 60, WAIT_NS } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(fd, 0, &its, NULL);
	time(NULL);
	timerfd_gettime(fd, &its);
	emit((uint64_t)its.it_value.tv_nsec);
	close(fd);
}
