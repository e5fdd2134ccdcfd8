/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "9999\n" };

/* A reading in between shortens what is left by its microsecond; the minute
 * is there as on a busy machine a timer of 10 ms may have gone off by then. */
void victim(void)
{
	struct itimerval its = { .it_value = { 60, WAIT_NS / 1000 } };

	signal(SIGALRM, SIG_IGN);
	setitimer(ITIMER_REAL, &its, NULL);
	time(NULL);
	getitimer(ITIMER_REAL, &its);
	emit((uint64_t)its.it_value.tv_usec);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
}
