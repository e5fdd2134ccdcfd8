/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	double load[3];

	emit(getloadavg(load, 3) == 3);
}
