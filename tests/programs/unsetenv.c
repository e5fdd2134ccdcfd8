/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n0\n1\n" };

void victim(void)
{
	emit((uint64_t)unsetenv("OPENBLAS_NUM_THREADS"));
	emit((uint64_t)unsetenv("OPENBLAS_NUM"));
	emit(unsetenv("") < 0);
}
