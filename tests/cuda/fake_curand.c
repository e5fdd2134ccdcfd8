/* SPDX-License-Identifier: MIT */
#include "fake.h"

API curandStatus_t curandGetVersion(int *version)
{
	*version = 10400;
	return 0;
}

#define CREATE(fn, number)                                                     \
	API curandStatus_t fn(curandGenerator_t *generator,                    \
			      curandRngType_t type)                            \
	{                                                                      \
		if (!generator)                                                \
			return 102;                                            \
		*generator = (curandGenerator_t)number;                        \
		say(#fn " %d\n", type);                                        \
		return 0;                                                      \
	}
CREATE(curandCreateGenerator, 1)
CREATE(curandCreateGeneratorHost, 2)

API curandStatus_t
curandSetPseudoRandomGeneratorSeed(curandGenerator_t generator,
				   unsigned long long seed)
{
	say("curandSetPseudoRandomGeneratorSeed %ld %llu\n", NUMBER(generator),
	    seed);
	return 0;
}

API curandStatus_t curandSetGeneratorOrdering(curandGenerator_t generator,
					      curandOrdering_t order)
{
	say("curandSetGeneratorOrdering %ld %d\n", NUMBER(generator), order);
	return generator == (curandGenerator_t)2 && order == 103 ? 104 : 0;
}
