/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>

#include "kthread.h"
#include "real.h"
#include "sys.h"
#include "banned.h"

int kthread_start(int (*run)(void *), void *arg, size_t stack)
{
	uint64_t all = ~0ull, mask;
	long p = sys6(SYS_mmap, NULL, stack, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE,
		      -1, 0);
	int (*make)(int (*)(void *), void *, int, void *, ...);
	int tid, saved = errno;

	if (p < 0 && p > -4096)
		return (int)p;
	make = (__typeof__(make))real_find("clone", NULL);
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, 8);
	tid = make ? make(run, (char *)p + stack,
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				  CLONE_THREAD | CLONE_SYSVSEM,
			  arg)
		   : -1;
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	errno = saved;
	if (tid > 0)
		return 0;
	sys2(SYS_munmap, p, stack);
	return -EAGAIN;
}
