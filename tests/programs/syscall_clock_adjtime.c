/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/timex.h>

const struct facts facts = { .calls = 1, .output = "1893456000\n" };

void victim(void)
{
	struct timex tx = { 0 };

	syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tx);
	emit((uint64_t)tx.time.tv_sec);
}
