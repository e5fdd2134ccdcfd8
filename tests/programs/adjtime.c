/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n0\n" };

/* How much is left to adjust. */
void victim(void)
{
	struct timeval left = { 1, 1 };

	emit((uint64_t)adjtime(NULL, &left));
	emit((uint64_t)left.tv_sec);
}
