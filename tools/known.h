/* SPDX-License-Identifier: MIT */
/*
 * What inspections have found, kept by build-id (or path, size and time of
 * change) in the user's cache directory: an object is looked at once.
 */
#ifndef SAMEBITS_KNOWN_H
#define SAMEBITS_KNOWN_H

#include <stdbool.h>

#include "inspect.h"

/* Takes what is known from the cache; false: nothing is. */
bool known_read(struct inspection *result, const char *path,
		const uint8_t build_id[20]);
/* Keeps it; where that cannot be done the object is inspected again. */
void known_write(const struct inspection *result, const char *path,
		 const uint8_t build_id[20]);

#endif
