/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_HELD_H
#define SAMEBITS_TEST_HELD_H

#include "victim.h"

/* A thread that ends when `held` is released. */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *until_released(void *arg)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	return arg;
}

#endif
