/* SPDX-License-Identifier: MIT */
/* Process numbers in system calls made through syscall(2): the arguments are
 * changed in place, and the call goes on; where the result is a number, it is
 * made here. */
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "registers.h"
#include "banned.h"

/* Which of the arguments are numbers, of what: a letter an argument. */
static const struct {
	long nr;
	char kind[4]; /* Process, Thread, Group, tArget (kill's), . other */
} calls[] = {
	{ SYS_kill, "A" },
	{ SYS_tkill, "T" },
	{ SYS_tgkill, "PT" },
	{ SYS_rt_sigqueueinfo, "P" },
	{ SYS_rt_tgsigqueueinfo, "PT" },
	{ SYS_wait4, "A" },
	{ SYS_getpgid, "P" },
	{ SYS_getsid, "P" },
	{ SYS_pidfd_open, "P" },
	{ SYS_prlimit64, "P" },
	{ SYS_process_vm_readv, "P" },
	{ SYS_process_vm_writev, "P" },
	{ SYS_sched_setaffinity, "T" },
	{ SYS_sched_getaffinity, "T" },
	{ SYS_sched_getscheduler, "T" },
	{ SYS_sched_setscheduler, "T" },
	{ SYS_sched_getparam, "T" },
	{ SYS_sched_setparam, "T" },
	{ SYS_sched_getattr, "T" },
	{ SYS_sched_setattr, "T" },
	{ SYS_sched_rr_get_interval, "T" },
	{ SYS_migrate_pages, "P" },
	{ SYS_move_pages, "P" },
	{ SYS_kcmp, "PP" },
	{ SYS_get_robust_list, "T" },
	{ SYS_perf_event_open, ".T" },
	{ SYS_ptrace, ".T" },
};

static long number_in(char kind, long shown)
{
	switch (kind) {
	case 'P':
		return pids_in((int)shown);
	case 'T':
		return pids_thread_in((int)shown);
	case 'A':
		return pids_target_in((int)shown);
	}
	return shown;
}

static void arguments_in(struct registers *r)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		const char *kind = calls[i].kind;

		if (calls[i].nr != r->nr)
			continue;
		for (int n = 1; kind[n - 1]; n++)
			ARG(r, n) = number_in(kind[n - 1], ARG(r, n));
	}
}

static long waited(const struct registers *r)
{
	int pid = sys_result(registers_go_on(r));
	const int *status = (const int *)ARG(r, 2);

	if (pid <= 0 || (status && (WIFSTOPPED(*status) ||
				    WIFCONTINUED(*status))))
		return pids_out(pid);
	return pids_reaped(pid);
}

static long waited_id(const struct registers *r)
{
	siginfo_t *info = (siginfo_t *)ARG(r, 3);
	long ret = sys_result(registers_go_on(r));

	if (ret == 0 && info)
		info->si_pid = pids_out(info->si_pid);
	return ret;
}

bool pidcall_served(long nr)
{
	if (!config.pids_virtual && !config.pids_namespace)
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].nr == nr)
			return true;
	return nr == SYS_waitid || nr == SYS_getpgrp || nr == SYS_setsid ||
	       nr == SYS_setpgid;
}

bool pidcall(struct registers *r)
{
	if (!config.pids_virtual && !config.pids_namespace)
		return false;
	arguments_in(r);
	switch (r->nr) {
	case SYS_wait4:
		r->nr = waited(r);
		return true;
	case SYS_waitid:
		if (ARG(r, 1) == P_PID)
			ARG(r, 2) = pids_in((int)ARG(r, 2));
		else if (ARG(r, 1) == P_PGID)
			ARG(r, 2) = pids_group_in((int)ARG(r, 2));
		r->nr = waited_id(r);
		return true;
	case SYS_getpgid:
	case SYS_getpgrp:
		r->nr = pids_group_out(sys_result(registers_go_on(r)));
		return true;
	case SYS_getsid:
	case SYS_setsid:
		r->nr = pids_session_out(sys_result(registers_go_on(r)));
		return true;
	case SYS_setpgid:
		r->nr = setpgid((pid_t)ARG(r, 1), (pid_t)ARG(r, 2));
		return true;
	}
	return false;
}
