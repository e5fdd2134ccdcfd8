/* SPDX-License-Identifier: MIT */
/*
 * Masks that a program sets: the signals of traps are never blocked.
 *
 * libunwind blocks all signals twice a frame around its cache. While it runs
 * for us they are blocked already, and the two system calls would be most of
 * what a walk costs.
 */
#include <signal.h>

#include "call.h"
#include "real.h"
#include "trapsignal.h"
#include "turn.h"
#include "banned.h"

HOOK(sigprocmask);
HOOK(pthread_sigmask);

typedef int set_mask(int how, const sigset_t *restrict mask,
		     sigset_t *restrict old);

static int set_allowed(set_mask *real, int how, const sigset_t *mask,
		       sigset_t *old)
{
	sigset_t room, before;
	int ret = real(how, trapsignal_allow(mask, &room), &before);

	if (ret)
		return ret;
	trapsignal_show(&before);
	if (mask)
		trapsignal_hide(how, mask);
	if (old)
		*old = before;
	return 0;
}

EXPORT int sigprocmask(int how, const sigset_t *restrict mask,
		       sigset_t *restrict old)
{
	if (thread_me && thread_me->busy)
		return 0;
	turn_look_for(TURN_KERNEL);
	if (config.traps)
		return set_allowed(NEXT(sigprocmask), how, mask, old);
	return NEXT(sigprocmask)(how, mask, old);
}

EXPORT int pthread_sigmask(int how, const sigset_t *restrict mask,
			   sigset_t *restrict old)
{
	turn_look_for(TURN_KERNEL);
	if (config.traps)
		return set_allowed(NEXT(pthread_sigmask), how, mask, old);
	return NEXT(pthread_sigmask)(how, mask, old);
}
