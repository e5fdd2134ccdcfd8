/* SPDX-License-Identifier: MIT */
#include <sys/sysinfo.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct sysinfo info;

	emit(sysinfo(&info) == 0 && info.totalram);
}
