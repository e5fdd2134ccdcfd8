/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "one\ntwo\n" };

void victim(void)
{
	if (write(1, "one\n", 4) != 4 || write(1, "two\n", 4) != 4)
		_exit(99);
}
