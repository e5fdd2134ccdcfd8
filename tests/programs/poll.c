/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit((uint64_t)poll(NULL, 0, 1));
	emit((uint64_t)clock());
}
