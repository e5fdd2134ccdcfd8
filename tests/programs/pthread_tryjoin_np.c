/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "16\n0\n" };

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *until_released(void *arg)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	return arg;
}

void victim(void)
{
	pthread_t t;

	pthread_mutex_lock(&held);
	pthread_create(&t, NULL, until_released, NULL);
	emit((uint64_t)pthread_tryjoin_np(t, NULL));
	pthread_mutex_unlock(&held);
	emit((uint64_t)pthread_join(t, NULL));
}
