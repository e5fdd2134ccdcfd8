/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	__float128 value[3];

	for (int i = 0; i < 3; i++)
		_gfortran_random_r16(&value[i]);
	bits_emit(value, sizeof(value[0]), 16, 3);
}
