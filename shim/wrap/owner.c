/* SPDX-License-Identifier: MIT */
/* Process numbers that descriptors tell or take. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "call.h"
#include "heard.h"
#include "pids.h"
#include "real.h"
#include "turnfd.h"
#include "banned.h"

HOOK(fcntl);
HOOK(ioctl);
HOOK(getsockopt);
HOOK(sendmsg);

/* A process, or minus a group, as F_SETOWN takes it: -1 is a group too. */
static int owner_in(int shown)
{
	return shown < 0 ? -pids_group_in(-shown) : pids_in(shown);
}

static struct f_owner_ex owner_ex_in(struct f_owner_ex o)
{
	if (o.type == F_OWNER_TID)
		o.pid = pids_thread_in(o.pid);
	else if (o.type == F_OWNER_PID)
		o.pid = pids_in(o.pid);
	else
		o.pid = pids_group_in(o.pid);
	return o;
}

static void owner_ex_out(struct f_owner_ex *o)
{
	if (o->type == F_OWNER_TID)
		o->pid = pids_thread_out(o->pid);
	else if (o->type == F_OWNER_PID)
		o->pid = pids_out(o->pid);
	else
		o->pid = pids_group_out(o->pid);
}

/* What came back in `arg`, or as the result. */
static int fcntl_out(int command, int ret, long arg)
{
	struct flock *lock = (struct flock *)arg;

	if (ret < -1 && command == F_GETOWN)
		return -pids_group_out(-ret);
	if (ret < 0)
		return ret;
	if (command == F_GETOWN)
		return pids_out(ret);
	if (command == F_GETLK && lock->l_type != F_UNLCK)
		lock->l_pid = pids_out(lock->l_pid);
	else if (command == F_GETOWN_EX)
		owner_ex_out((struct f_owner_ex *)arg);
	return ret;
}

static int fcntl_in_turn(int fd, int command, long arg)
{
	bool waits = command == F_SETLKW;
	struct thread *self;
	int ret = -1;

	/* Of the two kinds the one that threads have against each other. */
	if (turn_on && command == F_OFD_SETLKW && !turn_alone() &&
	    (self = turn_take())) {
		do
			ret = NEXT(fcntl)(fd, F_OFD_SETLK, arg);
		while (ret && (errno == EAGAIN || errno == EACCES) &&
		       turn_look_again(self));
		return ret;
	}
	if (!waits || turn_leave("a lock of a file"))
		ret = NEXT(fcntl)(fd, command, arg);
	if (waits)
		turn_return();
	else if (config.turns && ret >= 0 &&
		 (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
		turnfd_copied(fd, ret);
	return ret;
}

/* Waits for a lock, too, and can be cancelled there: libc's own does it. */
EXPORT int fcntl(int fd, int command, ...)
{
	struct f_owner_ex owner;
	va_list ap;
	long arg;

	va_start(ap, command);
	arg = va_arg(ap, long);
	va_end(ap);
	if (!real_fcntl)
		return sys_result(sys3(SYS_fcntl, fd, command, arg));
	if (command == F_SETOWN)
		arg = owner_in((int)arg);
	if (command == F_SETOWN_EX) {
		owner = owner_ex_in(*(struct f_owner_ex *)arg);
		arg = (long)&owner;
	}
	return fcntl_out(command, fcntl_in_turn(fd, command, arg), arg);
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == TIOCSPGRP)
		return tcsetpgrp(fd, *(pid_t *)arg);
	if (request == TIOCGPGRP || request == TIOCGSID) {
		pid_t n = request == TIOCGSID ? tcgetsid(fd) : tcgetpgrp(fd);

		if (n < 0)
			return -1;
		*(pid_t *)arg = n;
		return 0;
	}
	return real_ioctl ? real_ioctl(fd, request, arg)
			  : sys_result(sys3(SYS_ioctl, fd, request, arg));
}

/* Under a recording, an option that says what another host did. */
static int option_heard(int fd, int level, int option, void *value,
			socklen_t *size)
{
	bool own = level == SOL_SOCKET && option != SO_ERROR;
	socklen_t room = size ? *size : 0;
	long ret;

	if (!own && heard_answer(fd, value, size, &ret))
		return (int)ret;
	ret = sys_result(
		sys6(SYS_getsockopt, fd, level, option, value, size, 0));
	if (!own)
		heard_answer_end(fd, value, size, room, ret);
	return (int)ret;
}

EXPORT int getsockopt(int fd, int level, int option, void *restrict value,
		      socklen_t *restrict size)
{
	int ret = heard_on ? option_heard(fd, level, option, value, size)
			   : sys_result(sys6(SYS_getsockopt, fd, level, option,
					     value, size, 0));
	struct ucred *who = value;

	if (ret == 0 && level == SOL_SOCKET && option == SO_PEERCRED &&
	    *size >= sizeof(*who))
		who->pid = pids_out(who->pid);
	return ret;
}

static bool tells_who(const struct cmsghdr *c)
{
	return c->cmsg_level == SOL_SOCKET &&
	       c->cmsg_type == SCM_CREDENTIALS &&
	       c->cmsg_len >= CMSG_LEN(sizeof(struct ucred));
}

/* The kernel takes no sender's number but the real one. */
static void credentials_in(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct ucred who;

		if (!tells_who(c))
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof(who));
		who.pid = pids_in(who.pid);
		memcpy(CMSG_DATA(c), &who, sizeof(who));
	}
}

static ssize_t send_in_turn(int fd, const struct msghdr *m, int flags)
{
	ssize_t n = -1;
	long was;

	if (heard_on && heard_far(fd, &was))
		return was;
	if (turnfd_wait(fd, flags & MSG_DONTWAIT ? 0 : POLLOUT))
		n = NEXT(sendmsg)(fd, m, flags);
	turn_return();
	if (heard_on)
		heard_far_end(fd, n);
	return n;
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	char control[1024];
	struct msghdr own;

	if (!real_sendmsg)
		return sys_result(sys3(SYS_sendmsg, fd, m, flags));
	if (!config.pids_virtual || !m || !m->msg_control ||
	    m->msg_controllen > sizeof(control))
		return send_in_turn(fd, m, flags);
	own = *m;
	memcpy(control, m->msg_control, m->msg_controllen);
	own.msg_control = control;
	credentials_in(&own);
	return send_in_turn(fd, &own, flags);
}

ALIAS(fcntl64, fcntl);
ALIAS(__fcntl, fcntl);
ALIAS(__ioctl, ioctl);
ALIAS(__sendmsg, sendmsg);
