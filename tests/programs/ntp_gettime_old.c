/* SPDX-License-Identifier: MIT */
#include <sys/timex.h>

#include "victim.h"

const struct facts facts = { .calls = 1,
			     .output = "0\n1893456000\n0\n" };

/* The header declares the new one under this name. */
int ntp_gettime_old(struct ntptimeval *out) __asm__("ntp_gettime");

void victim(void)
{
	struct ntptimeval t = { .maxerror = 1 };

	emit((uint64_t)ntp_gettime_old(&t));
	emit((uint64_t)t.time.tv_sec);
	emit((uint64_t)(t.maxerror + t.esterror));
}
