/* SPDX-License-Identifier: MIT */
#include "victim.h"

void victim(void)
{
	emit(getpid() > 0);
}
