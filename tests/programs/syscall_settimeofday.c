/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "22\n" };

/* No time: tests set no clock. */
void victim(void)
{
	struct timeval tv = { 0, -1 };

	emit(syscall(SYS_settimeofday, &tv, NULL) ? (uint64_t)errno : 0);
}
