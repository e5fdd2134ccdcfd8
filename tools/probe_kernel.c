/* SPDX-License-Identifier: MIT */
/* Probes of what the kernel, or the container around us, allows. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

static enum probe_result fine(char *text, size_t size, const char *what)
{
	snprintf(text, size, "%s", what);
	return PROBE_OK;
}

/* Twice the same program, which says where its stack is. */
static unsigned long stack_of_child(void)
{
	char *argv[] = { "sh", "-c", "grep -F '[stack]' /proc/self/maps",
			 NULL };
	unsigned long where = 0;
	char line[128] = "";
	int fd[2];
	pid_t child;

	if (pipe(fd))
		return 0;
	child = fork();
	if (child == 0) {
		dup2(fd[1], 1);
		execv("/bin/sh", argv);
		_exit(127);
	}
	close(fd[1]);
	if (read(fd[0], line, sizeof(line) - 1) > 0)
		where = strtoul(line, NULL, 16);
	close(fd[0]);
	waitpid(child, NULL, 0);
	return where;
}

static enum probe_result addresses(char *text, size_t size)
{
	unsigned long first;

	if (personality(ADDR_NO_RANDOMIZE) < 0)
		return probe_failed(text, size, "personality", errno);
	first = stack_of_child();
	if (!first || first != stack_of_child()) {
		snprintf(text, size, "stacks still differ between two runs");
		return PROBE_MISSING;
	}
	return fine(text, size, "randomisation can be turned off");
}

/* In a child of the new namespace: it must be number 1, and see itself so
 * where it has a /proc of its own. */
static int first_process(bool proc)
{
	char self[16] = "";

	if (getpid() != 1)
		return EINVAL;
	if (!proc)
		return 0;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		return errno;
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0)
		return errno;
	return strcmp(self, "1") ? EINVAL : 0;
}

static enum probe_result namespaces(char *text, size_t size, int flags)
{
	int status = 0;
	pid_t child;

	if (unshare(flags))
		return probe_failed(text, size, "unshare", errno);
	child = fork();
	if (child == 0)
		_exit(first_process(flags & CLONE_NEWNS));
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return probe_failed(text, size, "fork", errno);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return probe_failed(text, size, "in the namespace",
				    WEXITSTATUS(status));
	return fine(text, size, flags & CLONE_NEWNS
					? "its own /proc shows its own numbers"
					: "processes get numbers of their own");
}

static enum probe_result pids(char *text, size_t size)
{
	return namespaces(text, size, CLONE_NEWPID);
}

static enum probe_result pids_user(char *text, size_t size)
{
	return namespaces(text, size, CLONE_NEWUSER | CLONE_NEWPID);
}

static enum probe_result proc(char *text, size_t size)
{
	return namespaces(text, size, CLONE_NEWPID | CLONE_NEWNS);
}

static enum probe_result proc_user(char *text, size_t size)
{
	return namespaces(text, size,
			  CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS);
}

static enum probe_result mounts(char *text, size_t size)
{
	int flags = CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0);

	if (unshare(flags))
		return probe_failed(text, size, "unshare", errno);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/tmp", "tmpfs", 0, NULL))
		return probe_failed(text, size, "mount", errno);
	return fine(text, size, "a program can have its own /tmp");
}

static volatile sig_atomic_t trapped;
static sigjmp_buf resume;

static void trap(int sig)
{
	trapped = sig;
}

static void trap_and_leave(int sig)
{
	trapped = sig;
	siglongjmp(resume, 1);
}

/* One system call is turned into a signal, which the handler answers. */
static enum probe_result seccomp(char *text, size_t size)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };
	char byte;

	signal(SIGSYS, trap);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return probe_failed(text, size, "seccomp", errno);
	syscall(SYS_getrandom, &byte, 1, 0);
	if (trapped != SIGSYS) {
		snprintf(text, size, "the filter did not trap");
		return PROBE_MISSING;
	}
	return fine(text, size, "a system call can be trapped");
}

static enum probe_result chip_clock(char *text, size_t size)
{
	signal(SIGSEGV, trap_and_leave);
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		return probe_failed(text, size, "PR_SET_TSC", errno);
	if (!sigsetjmp(resume, 1))
		__builtin_ia32_rdtsc();
	if (trapped != SIGSEGV) {
		snprintf(text, size, "RDTSC was not trapped");
		return PROBE_MISSING;
	}
	return fine(text, size, "RDTSC can be trapped");
}

/* What /proc/sys/kernel/yama/ptrace_scope says; 0 where there is no Yama. */
static int yama(void)
{
	FILE *f = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (f && fscanf(f, "%d", &scope) != 1)
		scope = 0;
	if (f)
		fclose(f);
	return scope;
}

static enum probe_result tracing(char *text, size_t size)
{
	pid_t child = fork();
	int error = 0;

	if (child == 0) {
		pause();
		_exit(0);
	}
	if (ptrace(PTRACE_ATTACH, child, NULL, NULL))
		error = errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (error)
		return probe_failed(text, size, "ptrace", error);
	if (yama() > 0) {
		snprintf(text, size, "only children can be traced (Yama's "
				     "ptrace_scope is %d)", yama());
		return PROBE_MISSING;
	}
	return fine(text, size, "processes can be traced");
}

static enum probe_result cores(char *text, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/core_pattern", "re");
	char pattern[128] = "?";
	struct rlimit core;

	if (f && fgets(pattern, sizeof(pattern), f))
		pattern[strcspn(pattern, "\n")] = 0;
	if (f)
		fclose(f);
	getrlimit(RLIMIT_CORE, &core);
	snprintf(text, size, "%s, to %s",
		 core.rlim_cur ? "written" : "not written (ulimit -c 0)",
		 pattern);
	return PROBE_FACT;
}

static enum probe_result container(char *text, size_t size)
{
	const char *kind = NULL;

	if (access("/.dockerenv", F_OK) == 0)
		kind = "docker";
	else if (access("/run/.containerenv", F_OK) == 0)
		kind = "podman";
	else if (access("/.singularity.d", F_OK) == 0)
		kind = "singularity";
	else if (getenv("container"))
		kind = getenv("container");
	snprintf(text, size, "%s", kind ? kind : "none seen");
	return PROBE_FACT;
}

#define IN_DOCKER "; in a container: --security-opt seccomp=unconfined"

const struct probe probes_kernel[] = {
	{ "addresses", false, addresses,
	  "what depends on addresses (hash tables of pointers) differs",
	  "allow personality(2)" IN_DOCKER },
	{ "pid-namespace", false, pids,
	  "process ids are the machine's, unless a user namespace will do",
	  "run as root; in a container: --cap-add SYS_ADMIN" },
	{ "pid-namespace-user", false, pids_user,
	  "process ids are the machine's, unless run as root",
	  "sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone"
	  IN_DOCKER },
	{ "proc", false, proc,
	  "a namespace of process ids does not show in /proc",
	  "run as root; in a container: --cap-add SYS_ADMIN "
	  "--security-opt systempaths=unconfined" },
	{ "proc-user", false, proc_user,
	  "a user's namespace of process ids does not show in /proc",
	  "in a container: --security-opt systempaths=unconfined" },
	{ "mount-namespace", false, mounts,
	  "programs side by side share /tmp and /dev/shm",
	  "run as root, or allow user namespaces" IN_DOCKER },
	{ "seccomp", false, seccomp,
	  "system calls past libc cannot be trapped, only found in the code",
	  "a kernel with CONFIG_SECCOMP_FILTER" },
	{ "chip-clock", false, chip_clock,
	  "programs that read the chip's clock (RDTSC) see real time",
	  "x86 hardware or a hypervisor that allows CR4.TSD" },
	{ "ptrace", false, tracing,
	  "debuggers cannot attach to what runs",
	  "sysctl kernel.yama.ptrace_scope=0" IN_DOCKER },
	{ "core-dumps", false, cores, NULL, NULL },
	{ "container", false, container, NULL, NULL },
	{ NULL, false, NULL, NULL, NULL }
};
