/* SPDX-License-Identifier: MIT */
#include "openssl.h"

const struct facts facts = { .calls = 2, .output = "1\n1\n" };

void victim(void)
{
	unsigned char buf[16];

	for (int i = 0; i < 2; i++)
		emit((uint64_t)RAND_bytes(buf, sizeof(buf)));
}
