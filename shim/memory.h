/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_MEMORY_H
#define SAMEBITS_MEMORY_H

#include <stdbool.h>

/* May other processes see this address, mapped with MAP_SHARED? Asks the
 * kernel for all mappings, which takes a tenth of a millisecond. */
bool memory_shared(const volatile void *address);

#endif
