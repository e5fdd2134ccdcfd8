/* SPDX-License-Identifier: MIT */
#include "openssl.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	emit((uint64_t)RAND_poll());
}
