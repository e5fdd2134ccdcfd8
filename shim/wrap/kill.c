/* SPDX-License-Identifier: MIT */
/* Signals to processes, and what a signal says of who sent it. */
#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "banned.h"

HOOK(kill);
HOOK(killpg);
HOOK(sigqueue);
HOOK(tgkill);

EXPORT int kill(pid_t pid, int sig)
{
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

	info.si_pid = (pid_t)sys0(SYS_getpid);
	info.si_uid = (uid_t)sys0(SYS_getuid);
	info.si_value = value;
	return sys_result(sys3(SYS_rt_sigqueueinfo, pids_in(pid), sig, &info));
}

EXPORT int tgkill(pid_t pid, pid_t thread, int sig)
{
	return sys_result(sys3(SYS_tgkill, pids_in(pid), pids_thread_in(thread),
			       sig));
}

ALIAS(__kill, kill);
