/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "0\n5\n0\n0\n0\n" };

void victim(void)
{
	static char set[] = "MKL_NUM_THREADS=5", drop[] = "MKL_NUM_THREADS",
		    other[] = "MKL_NUM=5";
	const char *n;

	emit((uint64_t)putenv(set));
	n = getenv("MKL_NUM_THREADS");
	emit(n ? strtoul(n, NULL, 10) : 0);
	emit((uint64_t)putenv(drop));
	emit(getenv("MKL_NUM_THREADS") != NULL);
	emit((uint64_t)putenv(other));
}
