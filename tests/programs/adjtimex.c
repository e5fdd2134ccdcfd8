/* SPDX-License-Identifier: MIT */
#include <sys/timex.h>

#include "victim.h"

const struct facts facts = { .calls = 1,
			     .output = "0\n1893456000\n0\n" };

void victim(void)
{
	struct timex t = { .modes = 0 };

	emit((uint64_t)adjtimex(&t));
	emit((uint64_t)t.time.tv_sec);
	emit((uint64_t)(t.maxerror + t.esterror + t.offset));
}
