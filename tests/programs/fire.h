/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_FIRE_H
#define SAMEBITS_TEST_FIRE_H

#include "victim.h"

/* A timer's signal came. */
static volatile sig_atomic_t fired;

static void fire(int sig)
{
	fired = sig;
}

#endif
