/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "1\n" };

void victim(void)
{
	emit(gethostid() == gethostid());
}
