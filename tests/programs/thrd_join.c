/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n7\n" };

void victim(void)
{
	thrd_t t;
	int value = 0;

	thrd_create(&t, victim_thrd, NULL);
	emit((uint64_t)thrd_join(t, &value));
	emit((uint64_t)value);
}
