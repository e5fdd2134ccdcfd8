/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	srandom(7);
	for (int i = 0; i < 3; i++)
		emit((uint64_t)random());
}
