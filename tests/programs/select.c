/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n1\n10001\n" };

void victim(void)
{
	struct timeval tv = { 0, WAIT_NS / 1000 };
	int64_t began = real_ns();

	wait_emit(began, select(0, NULL, NULL, NULL, &tv));
}
