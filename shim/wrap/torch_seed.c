/* SPDX-License-Identifier: MIT */
/*
 * Seeds that a program gives to PyTorch's generators (torch.manual_seed and all
 * others), in Python or in C++: they are members that are called through a
 * table of functions, which the loader fills.
 */
#include "call.h"
#include "reseed.h"
#include "wrap.h"
#include "banned.h"

#define ROW(id, mangled, text)                                                 \
	EXPORT void id(void *generator, uint64_t seed) __asm__(mangled);       \
	SOURCE(id, .group = SB_SEEDING, .policy = SB_OBSERVE, .seeding = 1,    \
	       .symbol = mangled, .optional = 1, .lines = 1, .doc = text)

ROW(torch_manual_seed, "_ZN2at16CPUGeneratorImpl16set_current_seedEm",
    "a seed for PyTorch's generators on the CPU");
ROW(torch_cuda_manual_seed, "_ZN2at17CUDAGeneratorImpl16set_current_seedEm",
    "a seed for PyTorch's generators on a GPU");

/* torch.seed() and its like draw, and give all generators what they drew. */
static __thread struct {
	uint64_t seed;
	bool any;
} drawn;

void torch_drawn(uint64_t seed)
{
	drawn.seed = seed;
	drawn.any = true;
}

#define SEED(id)                                                               \
	EXPORT void id(void *generator, uint64_t seed)                         \
	{                                                                      \
		__typeof__(real_##id) real = REAL_HERE(id);                    \
		struct call c;                                                 \
                                                                               \
		if (!real || (drawn.any && seed == drawn.seed)) {              \
			if (real)                                              \
				real(generator, seed);                         \
			return;                                                \
		}                                                              \
		if (CALL(&c, id) == SB_FORCE)                                  \
			real(generator, reseed(&src_##id, seed));              \
		else                                                           \
			real(generator, seed);                                 \
		call_end(&c, seed, 0);                                         \
	}

SEED(torch_manual_seed)
SEED(torch_cuda_manual_seed)
