/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "22\n" };

/* No time: tests set no clock. */
void victim(void)
{
	struct timespec ts = { 0, -1 };

	emit(syscall(SYS_clock_settime, CLOCK_REALTIME, &ts)
		     ? (uint64_t)errno : 0);
}
