/* SPDX-License-Identifier: MIT */
/*
 * What the processors are, and how much memory there is: the same on the same
 * machine, another on the next. Programs split their work by it, and choose
 * code by it. Observed; under --threads N there are N processors. The sets of
 * them are in affinity.c, the files in device.c.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "call.h"
#include "processors.h"
#include "banned.h"

#define ROW(fn, forced, text)                                                  \
	SOURCE(fn, .group = "cpu", .policy = SB_OBSERVE, .counts = forced,     \
	       .doc = text)

ROW(sysconf, 1, "number of processors");
ROW(get_nprocs, 1, "processors that are online");
ROW(get_nprocs_conf, 1, "processors that there are");
ROW(sched_getcpu, 1, "the processor that this runs on");
ROW(getcpu, 1, "the processor and memory node that this runs on");
ROW(getauxval, 0, "what the processor can do (AT_HWCAP)");

SOURCE_ROW(sysconf_memory, .group = "cpu", .policy = SB_OBSERVE,
	   .doc = "number of pages of memory, by sysconf");

/* Of the many names that sysconf answers to, those that tell machines apart. */
static struct source *row_of(int name)
{
	if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF)
		return &src_sysconf;
	if (name == _SC_PHYS_PAGES || name == _SC_AVPHYS_PAGES)
		return &src_sysconf_memory;
	return NULL;
}

EXPORT long sysconf(int name)
{
	struct source *row = row_of(name);
	struct call c;
	long n;

	if (!real_sysconf) /* before our constructor */
		real_from(&src_sysconf, __builtin_return_address(0));
	if (!row)
		return real_sysconf(name);
	if (call_begin(&c, row, CALLER) == SB_FORCE)
		n = config.threads;
	else
		n = real_sysconf(name);
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int get_nprocs(void)
{
	struct call c;
	int n;

	if (CALL(&c, get_nprocs) == SB_FORCE)
		n = (int)config.threads;
	else
		n = real_get_nprocs();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int get_nprocs_conf(void)
{
	struct call c;
	int n;

	if (CALL(&c, get_nprocs_conf) == SB_FORCE)
		n = (int)config.threads;
	else
		n = real_get_nprocs_conf();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int sched_getcpu(void)
{
	struct call c;
	int n;

	if (CALL(&c, sched_getcpu) == SB_FORCE)
		n = (int)processors_mine(c.self);
	else
		n = real_sched_getcpu();
	call_end(&c, (uint64_t)n, 0);
	return n;
}

EXPORT int getcpu(unsigned *cpu, unsigned *node)
{
	struct call c;
	bool force;
	int ret;

	force = CALL(&c, getcpu) == SB_FORCE;
	ret = real_getcpu(cpu, node); /* may fail, as natively */
	if (force && ret == 0 && cpu)
		*cpu = processors_mine(c.self);
	if (force && ret == 0 && node)
		*node = 0;
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
