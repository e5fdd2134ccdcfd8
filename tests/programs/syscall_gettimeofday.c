/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3, .output = "1\n2\n3\n" };

void victim(void)
{
	struct timeval tv;

	for (int i = 0; i < 3; i++) {
		syscall(SYS_gettimeofday, &tv, NULL);
		emit((uint64_t)tv.tv_usec);
	}
}
