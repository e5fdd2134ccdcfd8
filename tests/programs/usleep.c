/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit((uint64_t)usleep(1000));
	emit((uint64_t)clock());
}
