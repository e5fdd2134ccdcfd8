/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "victim.h"

const struct facts facts = { .calls = 2, .output = "0\n7\n0\n1\n1\n" };

/* Only the names of counts are events. */
void victim(void)
{
	const char *n;

	emit((uint64_t)setenv("OMP_NUM_THREADS", "7", 1));
	n = getenv("OMP_NUM_THREADS");
	emit(n ? strtoul(n, NULL, 10) : 0);
	emit((uint64_t)setenv("OMP_NUM_THREADS", "8", 0));
	emit(setenv("OMP_NUM_THREADSX", "9", 1) == 0);
	emit(setenv("", "9", 1) < 0);
}
