/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	unsigned cpu = UINT32_MAX;

	emit(syscall(SYS_getcpu, &cpu, NULL, NULL) == 0 && cpu != UINT32_MAX);
}
