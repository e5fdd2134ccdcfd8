/* SPDX-License-Identifier: MIT */
#include "fortran.h"

const struct facts facts = { .calls = 3 };

/* What was put is got, and what is got can be put. */
void victim(void)
{
	int seed[8] = { 1, 2, 3 }, got[8];
	struct array put = array_of(seed, sizeof(seed[0]), 8);
	struct array get = array_of(got, sizeof(got[0]), 8);
	double value[2];

	_gfortran_random_seed_i4(NULL, &put, NULL);
	_gfortran_random_seed_i4(NULL, NULL, &get);
	emit(!memcmp(seed, got, sizeof(seed)));
	_gfortran_random_r8(&value[0]);
	_gfortran_random_seed_i4(NULL, &get, NULL);
	_gfortran_random_r8(&value[1]);
	emit(value[0] == value[1]);
	bits_emit(value, sizeof(value[0]), sizeof(value[0]), 1);
}
