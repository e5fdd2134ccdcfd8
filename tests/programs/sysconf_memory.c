/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2, .output = "1\n1\n4096\n" };

/* A question about the page's size is no event. */
void victim(void)
{
	emit(sysconf(_SC_PHYS_PAGES) > 0);
	emit(sysconf(_SC_AVPHYS_PAGES) > 0);
	emit((uint64_t)sysconf(_SC_PAGESIZE));
}
