/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_UUID_H
#define SAMEBITS_TEST_UUID_H

#include <string.h>

#include "victim.h"

/* As uuid/uuid.h declares them: the tests need the library only. */
void uuid_generate(unsigned char *out);
void uuid_generate_random(unsigned char *out);
void uuid_generate_time(unsigned char *out);
int uuid_generate_time_safe(unsigned char *out);

/* Version and variant, then the rest. */
static inline void uuid_emit(const unsigned char *uuid)
{
	uint64_t half[2];

	emit(uuid[6] >> 4);
	emit(uuid[8] >> 6);
	memcpy(half, uuid, sizeof(half));
	emit(half[0]);
	emit(half[1]);
}

#endif
