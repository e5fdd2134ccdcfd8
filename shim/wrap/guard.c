/* SPDX-License-Identifier: MIT */
/*
 * Static variables in functions of C++: the thread that comes first initialises
 * them. In a recording it is kept who that was. The first byte of a guard says
 * whether it is done (Itanium C++ ABI, 3.3.3).
 */
#include "call.h"
#include "real.h"
#include "syncorder.h"
#include "banned.h"

int __cxa_guard_acquire(uint64_t *guard);
SOURCE(__cxa_guard_acquire, .group = "thread", .optional = 1, .inner = 1);

EXPORT int __cxa_guard_acquire(uint64_t *guard)
{
	__typeof__(real___cxa_guard_acquire) real =
		REAL_HERE(__cxa_guard_acquire);
	int ours;

	if (!sync_on)
		return real(guard);
	if (sync_guard((const unsigned char *)guard, CALLED_FROM) ==
	    SYNC_GUARD_DONE)
		return 0;
	ours = real(guard);
	sync_guard_end((const unsigned char *)guard, ours, CALLED_FROM);
	return ours;
}
