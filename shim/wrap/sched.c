/* SPDX-License-Identifier: MIT */
/* What else takes the number of a process or thread. */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>

#include "call.h"
#include "pids.h"
#include "real.h"
#include "banned.h"

HOOK(sched_getscheduler);
HOOK(sched_setscheduler);
HOOK(sched_getparam);
HOOK(sched_setparam);
HOOK(sched_rr_get_interval);
HOOK(getpriority);
HOOK(setpriority);
HOOK(prlimit64);
HOOK(pidfd_open);
HOOK(process_vm_readv);
HOOK(process_vm_writev);
HOOK(clock_getcpuclockid);
HOOK(ptrace);
HOOK(timer_create);
HOOK(posix_spawnattr_setpgroup);
HOOK(posix_spawnattr_getpgroup);

/* In libc, without a header of its own. */
int capget(struct __user_cap_header_struct *who,
	   struct __user_cap_data_struct *what);
int capset(struct __user_cap_header_struct *who,
	   const struct __user_cap_data_struct *what);
HOOK(capget);
HOOK(capset);

EXPORT int sched_getscheduler(pid_t pid)
{
	return sys_result(sys1(SYS_sched_getscheduler, pids_thread_in(pid)));
}

EXPORT int sched_setscheduler(pid_t pid, int policy,
			      const struct sched_param *param)
{
	return sys_result(sys3(SYS_sched_setscheduler, pids_thread_in(pid),
			       policy, param));
}

EXPORT int sched_getparam(pid_t pid, struct sched_param *param)
{
	return sys_result(
		sys2(SYS_sched_getparam, pids_thread_in(pid), param));
}

EXPORT int sched_setparam(pid_t pid, const struct sched_param *param)
{
	return sys_result(
		sys2(SYS_sched_setparam, pids_thread_in(pid), param));
}

EXPORT int sched_rr_get_interval(pid_t pid, struct timespec *ts)
{
	return sys_result(
		sys2(SYS_sched_rr_get_interval, pids_thread_in(pid), ts));
}

static int who_in(int which, int who)
{
	if (which == PRIO_PROCESS)
		return pids_thread_in(who);
	return which == PRIO_PGRP ? pids_group_in(who) : who;
}

/* The kernel says 20 minus the priority, to keep clear of errors. */
EXPORT int getpriority(__priority_which_t which, id_t who)
{
	long ret = sys2(SYS_getpriority, which, who_in((int)which, (int)who));

	return ret < 0 ? sys_result(ret) : 20 - (int)ret;
}

EXPORT int setpriority(__priority_which_t which, id_t who, int priority)
{
	return sys_result(sys3(SYS_setpriority, which,
			       who_in((int)which, (int)who), priority));
}

EXPORT int prlimit64(pid_t pid, enum __rlimit_resource what,
		     const struct rlimit64 *new, struct rlimit64 *old)
{
	return sys_result(sys4(SYS_prlimit64, pids_in(pid), what, new, old));
}

EXPORT int pidfd_open(pid_t pid, unsigned flags)
{
	return sys_result(sys2(SYS_pidfd_open, pids_in(pid), flags));
}

EXPORT ssize_t process_vm_readv(pid_t pid, const struct iovec *here,
				unsigned long n, const struct iovec *there,
				unsigned long m, unsigned long flags)
{
	long ret = sys6(SYS_process_vm_readv, pids_in(pid), here, n, there, m,
			flags);

	return ret < 0 ? sys_result(ret) : ret;
}

EXPORT ssize_t process_vm_writev(pid_t pid, const struct iovec *here,
				 unsigned long n, const struct iovec *there,
				 unsigned long m, unsigned long flags)
{
	long ret = sys6(SYS_process_vm_writev, pids_in(pid), here, n, there, m,
			flags);

	return ret < 0 ? sys_result(ret) : ret;
}

EXPORT int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
	return NEXT(clock_getcpuclockid)(pids_in(pid), clock);
}

/* The kernel writes the version that it knows to the head. */
static int capabilities(long nr, struct __user_cap_header_struct *who,
			const void *what)
{
	struct __user_cap_header_struct real;
	long ret;

	if (!who)
		return sys_result(-EFAULT);
	real = *who;
	real.pid = pids_thread_in(real.pid);
	ret = sys2(nr, &real, what);
	who->version = real.version;
	return sys_result(ret);
}

EXPORT int capget(struct __user_cap_header_struct *who,
		  struct __user_cap_data_struct *what)
{
	return capabilities(SYS_capget, who, what);
}

EXPORT int capset(struct __user_cap_header_struct *who,
		  const struct __user_cap_data_struct *what)
{
	return capabilities(SYS_capset, who, what);
}

/* A timer may signal one thread, by its number. */
EXPORT int timer_create(clockid_t clock, struct sigevent *restrict event,
			timer_t *restrict timer)
{
	struct sigevent real;

	if (!event || event->sigev_notify != SIGEV_THREAD_ID)
		return NEXT(timer_create)(clock, event, timer);
	real = *event;
	real._sigev_un._tid = pids_thread_in(real._sigev_un._tid);
	return NEXT(timer_create)(clock, &real, timer);
}

EXPORT int posix_spawnattr_setpgroup(posix_spawnattr_t *attr, pid_t group)
{
	return NEXT(posix_spawnattr_setpgroup)(attr, pids_group_in(group));
}

EXPORT int posix_spawnattr_getpgroup(const posix_spawnattr_t *restrict attr,
				     pid_t *restrict group)
{
	int ret = NEXT(posix_spawnattr_getpgroup)(attr, group);

	if (ret == 0 && *group) /* 0: its own */
		*group = pids_group_out(*group);
	return ret;
}

/* What a traced process's news say of a new one is a real number. */
EXPORT long ptrace(enum __ptrace_request request, ...)
{
	void *address, *data;
	va_list ap;
	pid_t pid;

	va_start(ap, request);
	pid = va_arg(ap, pid_t);
	address = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);
	return NEXT(ptrace)(request, pids_thread_in(pid), address, data);
}

ALIAS(prlimit, prlimit64);
