/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit(getppid() >= 0);
}
