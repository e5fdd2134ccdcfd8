/* SPDX-License-Identifier: MIT */
/* Process and thread numbers, groups and sessions: pids.h. */
#include <errno.h>
#include <pty.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "real.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "pid", .policy = SB_FORCE, .doc = text)

ROW(getpid, "process number");
ROW(getppid, "the parent's process number");
ROW(gettid, "thread number");

/* They name what the rows gave out. */
HOOK(getpgid);
HOOK(getpgrp);
HOOK(setpgid);
HOOK(setpgrp);
HOOK(getsid);
HOOK(setsid);
HOOK(tcgetpgrp);
HOOK(tcsetpgrp);
HOOK(tcgetsid);
HOOK(forkpty);

static pid_t answer(struct call *c, long number)
{
	call_end(c, (uint64_t)number, 0);
	return (pid_t)number;
}

EXPORT pid_t getpid(void)
{
	struct call c;
	bool force = CALL(&c, getpid) == SB_FORCE;

	return answer(&c, force ? pids_self() : sys0(SYS_getpid));
}

EXPORT pid_t getppid(void)
{
	struct call c;
	bool force = CALL(&c, getppid) == SB_FORCE;

	return answer(&c, force ? pids_parent() : sys0(SYS_getppid));
}

EXPORT pid_t gettid(void)
{
	struct call c;
	bool force = CALL(&c, gettid) == SB_FORCE;

	return answer(&c, force ? pids_thread() : sys0(SYS_gettid));
}

EXPORT pid_t getpgid(pid_t pid)
{
	return pids_group_out(sys_result(sys1(SYS_getpgid, pids_in(pid))));
}

EXPORT pid_t getpgrp(void)
{
	return pids_group_out((int)sys1(SYS_getpgid, 0));
}

EXPORT int setpgid(pid_t pid, pid_t group)
{
	int real = pids_in(pid);

	if (!pids_group_outside(group))
		return sys_result(
			sys2(SYS_setpgid, real, pids_group_in(group)));
	/* There is no way back into it; one who has stayed is there. */
	return sys_result(sys1(SYS_getpgid, real) == 0 ? 0 : -EPERM);
}

EXPORT int setpgrp(void)
{
	return sys_result(sys2(SYS_setpgid, 0, 0));
}

EXPORT pid_t getsid(pid_t pid)
{
	return pids_session_out(sys_result(sys1(SYS_getsid, pids_in(pid))));
}

EXPORT pid_t setsid(void)
{
	return pids_session_out(sys_result(sys0(SYS_setsid)));
}

EXPORT pid_t tcgetpgrp(int fd)
{
	int group;

	if (sys_result(sys3(SYS_ioctl, fd, TIOCGPGRP, &group)) < 0)
		return -1;
	return pids_terminal_out(fd, group);
}

EXPORT int tcsetpgrp(int fd, pid_t group)
{
	int real = pids_group_in(group);

	if (pids_group_outside(group))
		return sys_result(pids_terminal_back(fd));
	return sys_result(sys3(SYS_ioctl, fd, TIOCSPGRP, &real));
}

EXPORT pid_t tcgetsid(int fd)
{
	int session;

	if (sys_result(sys3(SYS_ioctl, fd, TIOCGSID, &session)) < 0)
		return -1;
	return pids_session_out(session);
}

EXPORT int forkpty(int *fd, char *name, const struct termios *termios,
		   const struct winsize *size)
{
	/* It forks inside libc, whose handlers announce the child. */
	int pid = NEXT(forkpty)(fd, name, termios, size);

	return pid > 0 && thread_me ? pids_born(thread_me->child.slot, pid)
				    : pid;
}

ALIAS(__getpid, getpid);
ALIAS(__getpgid, getpgid);
ALIAS(__setpgid, setpgid);
