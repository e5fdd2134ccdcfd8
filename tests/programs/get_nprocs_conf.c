/* SPDX-License-Identifier: MIT */
#include <sys/sysinfo.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	emit(get_nprocs_conf() > 0);
}
