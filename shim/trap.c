/* SPDX-License-Identifier: MIT */
#include <asm/hwcap2.h>
#include <asm/prctl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "config.h"
#include "log.h"
#include "rawpatch.h"
#include "real.h"
#include "stack.h"
#include "sys.h"
#include "thread.h"
#include "trap.h"
#include "trapsignal.h"
#include "tsc.h"
#include "vdso.h"
#include "banned.h"

bool trap_tsc;

#define TRAP_STACK (64u << 10)

void stack_run(void (*fn)(void *), void *arg, void *top); /* switch.S */

static bool fsgsbase; /* the program may read its segment bases itself */

bool trap_thread_known(void)
{
	uintptr_t *fs = NULL;

	if (fsgsbase)
		__asm__("rdfsbase %0" : "=r"(fs));
	else
		sys2(SYS_arch_prctl, ARCH_GET_FS, &fs);
	/* libc's block begins with its own address, and has it again as the
	 * third word (the x86-64 ABI, and glibc's tcbhead_t). */
	return fs && fs[0] == (uintptr_t)fs && fs[2] == (uintptr_t)fs;
}

static char *make_stack(void)
{
	long p = sys6(SYS_mmap, NULL, TRAP_STACK + SB_PAGE, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p < 0 && p > -4096)
		return NULL;
	if (sys3(SYS_mprotect, p + SB_PAGE, TRAP_STACK,
		 PROT_READ | PROT_WRITE)) {
		sys2(SYS_munmap, p, TRAP_STACK + SB_PAGE);
		return NULL;
	}
	return (char *)p + SB_PAGE + TRAP_STACK;
}

/*
 * Whose frames lie on it is told by the stack pointer and by a mark. A handler
 * that left by siglongjmp leaves the mark: the next one finds that nothing lies
 * there any more, as it comes from outside and from no handler on a stack of
 * signals; that cannot be told from one that does, so the mark stays, and the
 * thread goes on where it is.
 */
void trap_run(void (*fn)(void *), void *arg)
{
	struct thread *self = thread_me;

	if (self && !self->trap_stack)
		self->trap_stack = make_stack();
	if (!self || !self->trap_stack || self->trapped) {
		fn(arg);
		return;
	}
	self->trapped = true;
	stack_run(fn, arg, self->trap_stack);
	self->trapped = false;
}

/*
 * On an alternate stack it stays there: a signal that comes meanwhile would
 * find that stack free, if we were elsewhere, and be put over our frames.
 */
void trap_run_beside(const ucontext_t *context, void (*fn)(void *), void *arg)
{
	const stack_t *s = &context->uc_stack;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (!(s->ss_flags & SS_DISABLE) &&
	    here - (uintptr_t)s->ss_sp < s->ss_size)
		fn(arg);
	else
		trap_run(fn, arg);
}

static long refuse_tsc(void)
{
	return sys2(SYS_prctl, PR_SET_TSC, PR_TSC_SIGSEGV);
}

/* May the program read its segments' bases itself? */
static bool reads_bases(void)
{
	unsigned long (*ask)(unsigned long) = NULL;

	*(void **)&ask = real_find("getauxval", NULL);
	return ask && ask(AT_HWCAP2) & HWCAP2_FSGSBASE;
}

void trap_start(void)
{
	fsgsbase = config.traps && reads_bases();
	if (config.traps & TRAP_TSC) {
		tsc_claim();
		trap_tsc = refuse_tsc() == 0;
		if (!trap_tsc)
			log_blind("trap", "tsc: the kernel does not refuse "
					  "RDTSC here (prctl PR_SET_TSC); "
					  "programs see the chip's clock");
	}
	if (config.traps & TRAP_VDSO)
		vdso_start();
}

#define PATCHED (TRAP_SYSCALL | TRAP_RDRAND)

void trap_main(void)
{
	trapsignal_again();
	if (config.traps & PATCHED)
		rawpatch_start();
}

void trap_loaded(const uintptr_t *base, unsigned n)
{
	if (config.traps & PATCHED)
		rawpatch_loaded(base, n);
}

void trap_unloaded(uintptr_t start, uintptr_t end)
{
	if (config.traps & PATCHED)
		rawpatch_unloaded(start, end);
}

void trap_lend(void)
{
	if (trap_tsc)
		sys2(SYS_prctl, PR_SET_TSC, PR_TSC_ENABLE);
}

void trap_lent(void)
{
	if (trap_tsc)
		refuse_tsc();
}
