/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 2 };

void victim(void)
{
	double value[3] = { 0 };
	struct array array = array_of(value, sizeof(value[0]), 3);

	for (int i = 0; i < 2; i++) {
		_gfortran_arandom_r8(&array);
		bits_emit(value, sizeof(value[0]), 8, 3);
	}
}
