/* SPDX-License-Identifier: MIT */
/* Under --schedule=turns all threads are on one processor, where passing the
 * turn costs a quarter; programs do not see it. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "processors.h"
#include "sys.h"
#include "turn.h"
#include "banned.h"

static uint8_t all[PROCESSORS_ROOM]; /* that the program believes in */
static long nall; /* bytes of it; 0: nothing was changed */
static uint8_t one[PROCESSORS_ROOM];

void turn_pin(void)
{
	unsigned cpu;

	if (!nall) {
		nall = sys3(SYS_sched_getaffinity, 0, sizeof(all), all);
		if (nall < 0 || sys3(SYS_getcpu, &cpu, NULL, NULL) < 0 ||
		    cpu / 8 >= (unsigned)nall) {
			nall = 0;
			return;
		}
		memset(one, 0, sizeof(one));
		one[cpu / 8] = (uint8_t)(1u << cpu % 8);
	}
	sys3(SYS_sched_setaffinity, 0, nall, one);
}

void turn_unpin(void)
{
	if (nall)
		sys3(SYS_sched_setaffinity, 0, nall, all);
}

long turn_processors(void *set, size_t size)
{
	if (size < (size_t)nall)
		return -EINVAL;
	memset(set, 0, size);
	memcpy(set, all, (size_t)nall);
	return nall;
}

long turn_processors_set(const void *set, size_t size)
{
	long ret;

	if (size > sizeof(all))
		size = sizeof(all);
	/* Only the kernel knows which sets are right. */
	ret = sys3(SYS_sched_setaffinity, 0, size, set);
	if (ret < 0)
		return ret;
	ret = sys3(SYS_sched_getaffinity, 0, sizeof(all), all);
	sys3(SYS_sched_setaffinity, 0, nall, one);
	return ret < 0 ? ret : 0;
}

bool turn_pinned(void)
{
	return turn.on && nall;
}
