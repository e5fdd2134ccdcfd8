/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	double value;

	_gfortran_random_init(1, 0, 0);
	_gfortran_random_r8(&value);
	bits_emit(&value, sizeof(value), sizeof(value), 1);
}
