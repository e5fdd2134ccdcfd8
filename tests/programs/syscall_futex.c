/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_MONOTONIC);
	int64_t began = real_ns();
	uint32_t word = 0;

	wait_emit(began, syscall(SYS_futex, &word,
				 FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0,
				 &until, NULL, FUTEX_BITSET_MATCH_ANY)
				 ? errno
				 : 0);
}
