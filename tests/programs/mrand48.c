/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	for (int i = 0; i < 3; i++)
		emit((uint64_t)mrand48());
}
