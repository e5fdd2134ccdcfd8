/* SPDX-License-Identifier: MIT */
#include "temp.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	for (int i = 0; i < 3; i++) {
		char *name = tempnam("/var/tmp", i ? "pre" : NULL);

		emit(temp_number(name));
		free(name);
	}
}
