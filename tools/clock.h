/* SPDX-License-Identifier: MIT */
/* The system's clocks, in seconds. */
#ifndef SAMEBITS_CLOCK_H
#define SAMEBITS_CLOCK_H

#include <time.h>

static inline double clock_seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* To measure with. */
static inline double clock_steady(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

/* Since 1970. */
static inline double clock_real(void)
{
	return clock_seconds(CLOCK_REALTIME);
}

#endif
