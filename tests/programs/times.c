/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	struct tms t;

	emit((uint64_t)times(&t));
}
