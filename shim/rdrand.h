/* SPDX-License-Identifier: MIT */
/* --trap=rdrand: RDRAND and RDSEED, which wrap/rdrand.c serves. */
#ifndef SAMEBITS_RDRAND_H
#define SAMEBITS_RDRAND_H

#include <stdbool.h>

#include "rawsite.h"

/* Takes SIGSEGV; false: this processor has neither, so nobody draws by them. */
bool rdrand_claim(void);
/* Makes traps of those that were found. */
void rdrand_patch(const struct rawsites *found);

#endif
