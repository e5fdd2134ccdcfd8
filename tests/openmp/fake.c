/* SPDX-License-Identifier: MIT */
/* Stands for libraries that cannot be had here, MKL first: keeps what came. */
#include "setters.h"

static int last;

#define VALUE(fn)                                                              \
	int fn(int n)                                                          \
	{                                                                      \
		last = n;                                                      \
		return n;                                                      \
	}
#define ADDRESS(fn)                                                            \
	int fn(const int *n)                                                   \
	{                                                                      \
		last = *n;                                                     \
		return *n;                                                     \
	}
#define GET(fn)                                                                \
	int fn(void)                                                           \
	{                                                                      \
		return last;                                                   \
	}

BY_VALUE(VALUE)
BY_ADDRESS(ADDRESS)
GETTERS(GET)
