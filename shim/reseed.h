/* SPDX-License-Identifier: MIT */
/* Seeds that a program fixes itself, under --reseed. */
#ifndef SAMEBITS_RESEED_H
#define SAMEBITS_RESEED_H

#include "config.h"
#include "source.h"
#include "stream.h"

/* What takes the seed's place: of this row's generators and --seed. The same
 * seed has the same one throughout a run. */
static inline uint64_t reseed(const struct source *row, uint64_t seed)
{
	return mix64(mix64(config.seed, digest_string(row->name)), seed);
}

#endif
