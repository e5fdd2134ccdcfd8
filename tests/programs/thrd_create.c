/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n7\n" };

void victim(void)
{
	thrd_t t;
	int value = 0;

	emit((uint64_t)thrd_create(&t, victim_thrd, NULL));
	thrd_join(t, &value);
	emit((uint64_t)value);
}
