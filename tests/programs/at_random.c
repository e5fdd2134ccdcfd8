/* SPDX-License-Identifier: MIT */
#include <sys/auxv.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .place = BY_SHIM };

void victim(void)
{
	const uint64_t *bytes = (const uint64_t *)getauxval(AT_RANDOM);

	emit(bytes[0]);
	emit(bytes[1]);
}
