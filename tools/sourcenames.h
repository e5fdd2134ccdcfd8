/* SPDX-License-Identifier: MIT */
/* What rules and lists may name: sources and groups. */
#ifndef SAMEBITS_SOURCENAMES_H
#define SAMEBITS_SOURCENAMES_H

#include <stdbool.h>
#include <stddef.h>

struct sourcenames {
	const char **name; /* NULL after the last one */
	bool *forced;	   /* it can be, or one of its group */
	size_t n;
};

/* Read once. NULL: libsamebits.so cannot be loaded, or there is no memory. */
const struct sourcenames *sourcenames(void);

#endif
