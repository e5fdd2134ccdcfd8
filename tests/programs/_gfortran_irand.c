/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	int seed = 7;

	emit((uint64_t)_gfortran_irand(NULL));
	emit((uint64_t)_gfortran_irand(&seed));
	emit((uint64_t)_gfortran_irand(NULL));
}
