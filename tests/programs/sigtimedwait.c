/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "11\n1\n10001\n" };

void victim(void)
{
	struct timespec ts = { 0, WAIT_NS };
	int64_t began = real_ns();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	wait_emit(began, sigtimedwait(&set, NULL, &ts) < 0 ? errno : 0);
}
