/* SPDX-License-Identifier: MIT */
#include "fire.h"

const struct facts facts = { .calls = 2, .output = "9999000\n0\n" };

/* A reading in between shortens what is left by its microsecond; the minute
 * is there as on a busy machine a timer of 10 ms may have gone off by then. */
void victim(void)
{
	struct itimerspec its = { .it_value = { 60, WAIT_NS } };
	timer_t timer = fire_timer();

	signal(SIGALRM, SIG_IGN);
	timer_settime(timer, 0, &its, NULL);
	time(NULL);
	timer_gettime(timer, &its);
	emit((uint64_t)its.it_value.tv_nsec);
	timer_settime(timer, 0, &(struct itimerspec){ 0 }, NULL);
	timer_gettime(timer, &its);
	emit((uint64_t)its.it_value.tv_nsec);
}
