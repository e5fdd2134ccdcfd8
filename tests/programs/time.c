/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = {
	.calls = 3,
	.output = "1893456000\n1893456000\n1893456000\n"
};

void victim(void)
{
	for (int i = 0; i < 3; i++)
		emit((uint64_t)time(NULL));
}
