/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	emit((uint64_t)tv.tv_usec);
}
