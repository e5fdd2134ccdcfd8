/* SPDX-License-Identifier: MIT */
#include "temp.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	char name[L_tmpnam];

	emit(temp_number(tmpnam_r(name)));
	emit(temp_number(tmpnam_r(name)));
	emit(tmpnam_r(NULL) != NULL);
}
