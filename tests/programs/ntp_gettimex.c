/* SPDX-License-Identifier: MIT */
#include <sys/timex.h>

#include "victim.h"

const struct facts facts = { .calls = 1,
			     .output = "0\n1893456000\n0\n" };

void victim(void)
{
	struct ntptimeval t = { .maxerror = 1 };

	emit((uint64_t)ntp_gettimex(&t));
	emit((uint64_t)t.time.tv_sec);
	emit((uint64_t)(t.maxerror + t.esterror));
}
