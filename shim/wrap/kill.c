/* SPDX-License-Identifier: MIT */
/* Signals to processes, and what a signal says of who sent it. */
#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "real.h"
#include "trapsignal.h"
#include "turn.h"
#include "banned.h"

/* sigset and sigignore are there for programs that have them. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

HOOK(kill);
HOOK(killpg);
HOOK(sigqueue);
HOOK(tgkill);
HOOK(pthread_kill);
HOOK(pthread_sigqueue);
HOOK(sigaction);
HOOK(signal);
HOOK(sysv_signal);
HOOK(sigset);
HOOK(sigignore);

/* In turns: the thread of this process that will handle it. */
static struct thread *to(int tid, int sig)
{
	turn_look_for(TURN_KERNEL);
	return turn_on ? turn_signal_to(tid, sig) : NULL;
}

static long sent(struct thread *t, long ret)
{
	if (t)
		turn_signalled(t, ret == 0);
	return ret;
}

/* The kernel prefers the first thread, whose number is the process's. */
EXPORT int kill(pid_t pid, int sig)
{
	int in = pids_target_in(pid);
	struct thread *t = to(in, sig);

	return sys_result(sent(t, sys2(SYS_kill, in, sig)));
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
	int in = pids_in(pid);
	struct thread *t = to(in, sig);

	info.si_pid = (pid_t)sys0(SYS_getpid);
	info.si_uid = (uid_t)sys0(SYS_getuid);
	info.si_value = value;
	return sys_result(sent(t, sys3(SYS_rt_sigqueueinfo, in, sig, &info)));
}

EXPORT int tgkill(pid_t pid, pid_t thread, int sig)
{
	int in = pids_thread_in(thread);
	struct thread *t = to(in, sig);

	return sys_result(sent(t, sys3(SYS_tgkill, pids_in(pid), in, sig)));
}

static struct thread *to_handle(pthread_t id, int sig)
{
	struct thread *t;

	turn_look_for(TURN_KERNEL);
	t = turn_on ? thread_alive(id) : NULL;
	return t ? turn_signal_to(t->tid, sig) : NULL;
}

EXPORT int pthread_kill(pthread_t id, int sig)
{
	struct thread *t = to_handle(id, sig);

	return (int)sent(t, NEXT(pthread_kill)(id, sig));
}

EXPORT int pthread_sigqueue(pthread_t id, int sig, const union sigval value)
{
	struct thread *t = to_handle(id, sig);

	return (int)sent(t, NEXT(pthread_sigqueue)(id, sig, value));
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
	sigset_t room;
	int ret;

	if (trapsignal_claimed(sig))
		return sys_result(trapsignal_action(sig, act, old));
	if (act && (known || config.traps)) {
		ours = *act;
		ours.sa_mask = *trapsignal_allow(&act->sa_mask, &room);
	}
	if (known && tells(act)) {
		/* First: it may arrive as soon as it is set. */
		handlers[sig] = act->sa_sigaction;
		ours.sa_sigaction = arrived;
	}
	if (act && (known || config.traps))
		act = &ours;
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
	struct sigaction set = { .sa_handler = act, .sa_flags = SA_RESTART };
	__sighandler_t old;

	if (trapsignal_claimed(sig)) {
		sigaddset(&set.sa_mask, sig);
		trapsignal_action(sig, &set, &set);
		return set.sa_handler;
	}
	old = NEXT(signal)(sig, act);
	return old == (__sighandler_t)(void (*)(void))arrived
		       ? (__sighandler_t)(void (*)(void))handlers[sig]
		       : old;
}

/* The names of System V, for the signals of traps: libc's own would set them
 * behind our back. */
static __sighandler_t set_claimed(int sig, __sighandler_t act, int flags)
{
	struct sigaction set = { .sa_handler = act, .sa_flags = flags }, old;
	int ret = sys_result(trapsignal_action(sig, &set, &old));

	return ret ? SIG_ERR : old.sa_handler;
}

EXPORT __sighandler_t sysv_signal(int sig, __sighandler_t act)
{
	if (!trapsignal_claimed(sig))
		return NEXT(sysv_signal)(sig, act);
	return set_claimed(sig, act, (int)(SA_RESETHAND | SA_NODEFER));
}

EXPORT __sighandler_t sigset(int sig, __sighandler_t act)
{
	sigset_t one, before;
	__sighandler_t old;

	if (!trapsignal_claimed(sig))
		return NEXT(sigset)(sig, act);
	sigemptyset(&one);
	sigaddset(&one, sig);
	if (act == SIG_HOLD) {
		struct sigaction now;

		trapsignal_action(sig, NULL, &now);
		old = now.sa_handler;
		sigprocmask(SIG_BLOCK, &one, &before);
	} else {
		old = set_claimed(sig, act, 0);
		sigprocmask(SIG_UNBLOCK, &one, &before);
	}
	return sigismember(&before, sig) ? SIG_HOLD : old;
}

EXPORT int sigignore(int sig)
{
	if (!trapsignal_claimed(sig))
		return NEXT(sigignore)(sig);
	return set_claimed(sig, SIG_IGN, 0) == SIG_ERR ? -1 : 0;
}

ALIAS(__kill, kill);
ALIAS(__sysv_signal, sysv_signal);
ALIAS(__sigaction, sigaction);
ALIAS(bsd_signal, signal);
ALIAS(ssignal, signal);
