/* SPDX-License-Identifier: MIT */
#include <ifaddrs.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct ifaddrs *list;

	emit(getifaddrs(&list) == 0);
	freeifaddrs(list);
}
