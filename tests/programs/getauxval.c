/* SPDX-License-Identifier: MIT */
#include <sys/auxv.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	emit(getauxval(AT_HWCAP) && getauxval(AT_PAGESZ) == 4096);
}
