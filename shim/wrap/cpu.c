/* SPDX-License-Identifier: MIT */
/*
 * What the processors are, and how much memory there is: the same on the same
 * machine, another on the next. Programs split their work by it, and choose
 * code by it. Observed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "call.h"
#include "pids.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "cpu", .policy = SB_OBSERVE, .doc = text)

ROW(sysconf, "number of processors and pages");
ROW(get_nprocs, "processors that are online");
ROW(get_nprocs_conf, "processors that there are");
ROW(sched_getaffinity, "processors that may be used");
ROW(pthread_getaffinity_np, "processors that a thread may use");
ROW(sched_getcpu, "the processor that this runs on");
ROW(getcpu, "the processor and memory node that this runs on");
ROW(getauxval, "what the processor can do (AT_HWCAP)");

/* Of the many names that sysconf answers to, those that tell machines apart. */
static bool of_machine(int name)
{
	return name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF ||
	       name == _SC_PHYS_PAGES || name == _SC_AVPHYS_PAGES;
}

EXPORT long sysconf(int name)
{
	void *ra = __builtin_return_address(0);
	struct call c;
	long n;

	if (of_machine(name))
		CALL(&c, sysconf);
	else if (!real_sysconf) /* before our constructor */
		real_from(&src_sysconf, ra);
	n = real_sysconf(name);
	if (of_machine(name))
		call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int get_nprocs(void)
{
	struct call c;
	int n;

	CALL(&c, get_nprocs);
	n = real_get_nprocs();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int get_nprocs_conf(void)
{
	struct call c;
	int n;

	CALL(&c, get_nprocs_conf);
	n = real_get_nprocs_conf();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	struct call c;
	int ret;

	CALL(&c, sched_getaffinity);
	ret = real_sched_getaffinity(pids_thread_in(pid), size, set);
	call_end(&c, ret ? 0 : digest_bytes(set, size), 0);
	return ret;
}

EXPORT int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	struct call c;
	int ret;

	CALL(&c, pthread_getaffinity_np);
	ret = real_pthread_getaffinity_np(thread, size, set);
	call_end(&c, ret ? 0 : digest_bytes(set, size), 0);
	return ret;
}

EXPORT int sched_getcpu(void)
{
	struct call c;
	int n;

	CALL(&c, sched_getcpu);
	n = real_sched_getcpu();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int getcpu(unsigned *cpu, unsigned *node)
{
	struct call c;
	int ret;

	CALL(&c, getcpu);
	ret = real_getcpu(cpu, node);
	call_end(&c, ret == 0 && cpu ? *cpu : 0, 0);
	return ret;
}

/*
 * Libraries choose code by it while they are being relocated (IFUNC), which
 * comes before us: nothing here can be reached then but what is addressed by
 * its distance, no variable of a thread's and no function of libc's.
 */
static const void *const relocated = &relocated;

static bool too_early(void)
{
	const void *const volatile *p = &relocated;

	return *p != p;
}

static unsigned long from_kernel(unsigned long type)
{
	unsigned long entry[2] = { AT_NULL + 1, 0 };
	long fd = sys4(SYS_openat, AT_FDCWD, "/proc/self/auxv",
		       O_RDONLY | O_CLOEXEC, 0);

	while (entry[0] != type && entry[0] != AT_NULL &&
	       sys3(SYS_read, fd, entry, sizeof(entry)) == sizeof(entry))
		;
	sys1(SYS_close, fd);
	return entry[0] == type ? entry[1] : 0;
}

EXPORT unsigned long getauxval(unsigned long type)
{
	void *ra = __builtin_return_address(0);
	bool tells = type == AT_HWCAP || type == AT_HWCAP2;
	unsigned long value;
	struct call c;

	if (too_early())
		return from_kernel(type);
	if (tells)
		CALL(&c, getauxval);
	else if (!real_getauxval)
		real_from(&src_getauxval, ra);
	value = real_getauxval(type);
	if (tells)
		call_end(&c, value, 0);
	return value;
}

ALIAS(__sysconf, sysconf);
ALIAS(__getauxval, getauxval);
