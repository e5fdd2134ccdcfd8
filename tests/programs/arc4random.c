/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	for (int i = 0; i < 3; i++)
		emit(arc4random());
}
