/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n10001\n" };

void victim(void)
{
	struct timespec ts = { 0, WAIT_NS };
	int64_t began = real_ns();

	wait_emit(began, (int)syscall(SYS_nanosleep, &ts, NULL));
}
