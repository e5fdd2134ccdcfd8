/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n0\n" };

void victim(void)
{
	pthread_t t;

	emit((uint64_t)pthread_create(&t, NULL, victim_thread, NULL));
	emit((uint64_t)pthread_detach(t));
}
