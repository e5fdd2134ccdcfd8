/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "1\n" };

/* Without a terminal there is no answer: twice the same one, though. */
void victim(void)
{
	emit(!getlogin() == !getlogin());
}
