/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	int seed = 7;

	_gfortran_srand(&seed);
	emit((uint64_t)_gfortran_irand(NULL));
}
