/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 1, .output = "0\n" };

void victim(void)
{
	emit((uint64_t)timer_delete(fire_timer()));
}
