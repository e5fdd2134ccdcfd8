/* SPDX-License-Identifier: MIT */
#include "held.h"

const struct facts facts = { .calls = 1, .output = "16\n0\n" };

void victim(void)
{
	pthread_t t;

	pthread_mutex_lock(&held);
	pthread_create(&t, NULL, until_released, NULL);
	emit((uint64_t)pthread_tryjoin_np(t, NULL));
	pthread_mutex_unlock(&held);
	emit((uint64_t)pthread_join(t, NULL));
}
