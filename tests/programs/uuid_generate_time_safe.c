/* SPDX-License-Identifier: MIT */
#include "uuid.h"

const struct facts facts = { .calls = 2 };

void victim(void)
{
	unsigned char uuid[16];

	for (int i = 0; i < 2; i++) {
		emit(uuid_generate_time_safe(uuid) == -1);
		uuid_emit(uuid);
	}
}
