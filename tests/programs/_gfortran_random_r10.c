/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	long double value[3];

	for (int i = 0; i < 3; i++)
		_gfortran_random_r10(&value[i]);
	bits_emit(value, sizeof(value[0]), 10, 3);
}
