/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n1000001\n" };

void victim(void)
{
	emit(sleep(1));
	emit((uint64_t)(logical_ns(CLOCK_MONOTONIC) - 1000 * SECOND) / 1000);
}
