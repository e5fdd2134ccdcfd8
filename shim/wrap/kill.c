/* SPDX-License-Identifier: MIT */
/* Signals to processes, and what a signal says of who sent it. */
#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "real.h"
#include "turn.h"
#include "banned.h"

HOOK(kill);
HOOK(killpg);
HOOK(sigqueue);
HOOK(tgkill);
HOOK(sigaction);
HOOK(signal);

EXPORT int kill(pid_t pid, int sig)
{
	turn_look_for(TURN_KERNEL);
	return sys_result(sys2(SYS_kill, pids_target_in(pid), sig));
}

EXPORT int killpg(pid_t group, int sig)
{
	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	return sys_result(sys2(SYS_kill, -pids_group_in(group), sig));
}

/* The kernel takes a sender's number from the sender: the receiver's shim
 * shows it. */
EXPORT int sigqueue(pid_t pid, int sig, const union sigval value)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

	turn_look_for(TURN_KERNEL);
	info.si_pid = (pid_t)sys0(SYS_getpid);
	info.si_uid = (uid_t)sys0(SYS_getuid);
	info.si_value = value;
	return sys_result(sys3(SYS_rt_sigqueueinfo, pids_in(pid), sig, &info));
}

EXPORT int tgkill(pid_t pid, pid_t thread, int sig)
{
	turn_look_for(TURN_KERNEL);
	return sys_result(sys3(SYS_tgkill, pids_in(pid), pids_thread_in(thread),
			       sig));
}

/* The program's handlers of signals that say who sent them. */
typedef void handler(int sig, siginfo_t *info, void *context);
static handler *handlers[_NSIG];

static void arrived(int sig, siginfo_t *info, void *context)
{
	pids_info_out(info);
	handlers[sig](sig, info, context);
}

static bool tells(const struct sigaction *act)
{
	return act && act->sa_flags & SA_SIGINFO &&
	       act->sa_handler != SIG_DFL && act->sa_handler != SIG_IGN;
}

EXPORT int sigaction(int sig, const struct sigaction *restrict act,
		     struct sigaction *restrict old)
{
	bool known = config.pids_virtual && sig > 0 && sig < _NSIG;
	handler *before = known ? handlers[sig] : NULL;
	struct sigaction ours;
	int ret;

	if (known && tells(act)) {
		/* First: it may arrive as soon as it is set. */
		handlers[sig] = act->sa_sigaction;
		ours = *act;
		ours.sa_sigaction = arrived;
		act = &ours;
	}
	ret = NEXT(sigaction)(sig, act, old);
	if (ret && known)
		handlers[sig] = before;
	else if (old && old->sa_sigaction == arrived)
		old->sa_sigaction = before;
	return ret;
}

/* Returns what sigaction() has set, too. */
EXPORT __sighandler_t signal(int sig, __sighandler_t act)
{
	__sighandler_t old;

	old = NEXT(signal)(sig, act);
	return old == (__sighandler_t)(void (*)(void))arrived
		       ? (__sighandler_t)(void (*)(void))handlers[sig]
		       : old;
}

ALIAS(__kill, kill);
ALIAS(__sigaction, sigaction);
ALIAS(bsd_signal, signal);
ALIAS(ssignal, signal);
