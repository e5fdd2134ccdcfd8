/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit((uint64_t)system("exit 5"));
}
