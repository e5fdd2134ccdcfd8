/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "3\n" };

void victim(void)
{
	if (write(2, "one\n", 4) != 4 || write(2, "two\n", 4) != 4)
		_exit(99);
	emit(3);
}
