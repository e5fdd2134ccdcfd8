/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n6\n" };

void victim(void)
{
	pthread_t t;
	void *value = NULL;

	emit((uint64_t)pthread_create(&t, NULL, victim_thread, (void *)6));
	pthread_join(t, &value);
	emit((uint64_t)(uintptr_t)value);
}
