/* SPDX-License-Identifier: MIT */
#include "temp.h"

const struct facts facts = { .calls = 2, .output = "1\n1\n" };

void victim(void)
{
	for (int i = 0; i < 2; i++) {
		FILE *f = tmpfile();

		emit(f != NULL);
		fclose(f);
	}
}
