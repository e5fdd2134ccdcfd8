/* SPDX-License-Identifier: MIT */
#include "temp.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	char name[L_tmpnam];

	for (int i = 0; i < 3; i++)
		emit(temp_number(tmpnam(i == 1 ? NULL : name)));
}
