/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "pids.h"
#include "process.h"
#include "rawcall.h"
#include "rawpatch.h"
#include "rawsite.h"
#include "registers.h"
#include "sys.h"
#include "thread.h"
#include "trap.h"
#include "trapsignal.h"
#include "banned.h"

#define LENGTH 2 /* of the instruction */

/* Where a call is made that is not served. */
struct aside {
	uint8_t call[2]; /* syscall */
	uint8_t jump[6]; /* jmp *back */
	uintptr_t back;
	/* The same for a call that makes a child with our memory, whose number
	 * is shown as another: it comes back to us. */
	uint8_t child[2];
	uint8_t halt[1]; /* hlt */
	uint8_t room[13];
};

/* Calls that concern signals, which the handler's return would undo, or which
 * traps need: they change what it returns to. */
static bool of_signals(long nr)
{
	return nr == SYS_rt_sigaction || nr == SYS_rt_sigprocmask ||
	       nr == SYS_rt_sigsuspend;
}

static bool served(long nr)
{
	return of_signals(nr) || nr == SYS_exit_group || syscall_served(nr);
}

/* A raw call at the fault. */
struct trapped {
	const struct rawpatch *site;
	ucontext_t *context;
	struct registers r;
	struct caller by;
	bool done;
};

static greg_t *reg(struct trapped *t, int which)
{
	return &t->context->uc_mcontext.gregs[which];
}

static void answer(struct trapped *t, long result)
{
	*reg(t, REG_RAX) = result;
	t->done = true;
}

/* As rt_sigaction(2) takes it. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

/* The kernel's sets are the first word of libc's. */
static sigset_t set_of(uint64_t word)
{
	sigset_t set;

	memset(&set, 0, sizeof(set));
	memcpy(&set, &word, sizeof(word));
	return set;
}

static uint64_t word_of(const sigset_t *set)
{
	uint64_t word;

	memcpy(&word, set, sizeof(word));
	return word;
}

/* Without those that traps need. */
static uint64_t allowed(uint64_t word)
{
	sigset_t set = set_of(word), room;

	return word_of(trapsignal_allow(&set, &room));
}

static long claimed_action(int sig, const struct kernel_action *act,
			   struct kernel_action *old)
{
	struct sigaction set = { 0 }, before = { 0 };
	long ret;

	if (act) {
		set.sa_handler = act->handler;
		set.sa_flags = (int)act->flags;
		set.sa_mask = set_of(act->mask);
	}
	ret = trapsignal_action(sig, act ? &set : NULL, &before);
	if (old && ret == 0)
		*old = (struct kernel_action){
			.handler = before.sa_handler,
			.flags = (unsigned)before.sa_flags,
			.mask = word_of(&before.sa_mask),
		};
	return ret;
}

static void change_action(struct trapped *t)
{
	int sig = (int)ARG(&t->r, 1);
	const struct kernel_action *act = (const void *)ARG(&t->r, 2);
	struct kernel_action *old = (void *)ARG(&t->r, 3), open;

	if (trapsignal_claimed(sig)) {
		answer(t, claimed_action(sig, act, old));
	} else if (act && allowed(act->mask) != act->mask) {
		/* Its handler may come to a trap, too. */
		open = *act;
		open.mask = allowed(act->mask);
		answer(t,
		       sys4(SYS_rt_sigaction, sig, &open, old, ARG(&t->r, 4)));
	}
}

/* The mask is what the way back sets; the kernel keeps one word of it. */
static void change_mask(struct trapped *t)
{
	const uint64_t *set = (const void *)ARG(&t->r, 2);
	uint64_t *old = (void *)ARG(&t->r, 3);
	uint64_t now = word_of(&t->context->uc_sigmask), open;
	int how = (int)ARG(&t->r, 1);
	sigset_t shown = set_of(now), wanted;

	if (ARG(&t->r, 4) != 8 || (set && (how < 0 || how > 2)))
		return; /* the kernel refuses it */
	trapsignal_show(&shown);
	if (set) {
		wanted = set_of(*set);
		open = allowed(*set);
		trapsignal_hide(how, &wanted);
		now = how == SIG_BLOCK	   ? now | open
		      : how == SIG_UNBLOCK ? now & ~open
					   : open;
		memcpy(&t->context->uc_sigmask, &now, sizeof(now));
	}
	if (old)
		*old = word_of(&shown);
	answer(t, 0);
}

static void suspend(struct trapped *t)
{
	uint64_t open = allowed(*(const uint64_t *)ARG(&t->r, 1));

	if (ARG(&t->r, 2) == 8)
		answer(t, sys2(SYS_rt_sigsuspend, &open, 8));
}

/* A child that shares our memory, until it executes a program or ends. */
static bool lends(const struct registers *r)
{
	unsigned long flags = 0;

	if (r->nr == SYS_vfork)
		return true;
	if (r->nr == SYS_clone)
		flags = (unsigned long)ARG(r, 1);
	else if (r->nr == SYS_clone3)
		flags = ((const struct clone_args *)ARG(r, 1))->flags;
	return flags & CLONE_VM && !(flags & CLONE_THREAD);
}

static void serve(void *arg)
{
	struct trapped *t = arg;
	uint64_t mask = word_of(&t->context->uc_sigmask);
	int saved = errno;

	/* It may wait, and be interrupted, as where it was made. */
	if (!of_signals(t->r.nr) || t->r.nr == SYS_rt_sigsuspend)
		sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	if (t->r.nr == SYS_rt_sigaction) {
		change_action(t);
	} else if (t->r.nr == SYS_rt_sigprocmask) {
		change_mask(t);
	} else if (t->r.nr == SYS_rt_sigsuspend) {
		suspend(t);
	} else if (t->r.nr == SYS_exit_group) {
		process_leave();
	} else {
		if (lends(&t->r)) {
			process.lent = true;
			if (!process_borrowed())
				process_announce();
		}
		if (syscall_serve(&t->r, &t->by))
			answer(t, t->r.nr == -1 ? -errno : t->r.nr);
	}
	errno = saved;
}

static void take_arguments(struct trapped *t)
{
	t->r.nr = *reg(t, REG_RAX);
	ARG(&t->r, 1) = *reg(t, REG_RDI);
	ARG(&t->r, 2) = *reg(t, REG_RSI);
	ARG(&t->r, 3) = *reg(t, REG_RDX);
	ARG(&t->r, 4) = *reg(t, REG_R10);
	ARG(&t->r, 5) = *reg(t, REG_R8);
	t->by.ret = (void *)(t->site->at + LENGTH);
	t->by.frame = (void *)*reg(t, REG_RSP);
	t->by.sixth = *reg(t, REG_R9);
}

/* Numbers of processes may have become others, names of files, too. */
static void give_arguments(struct trapped *t)
{
	*reg(t, REG_RDI) = ARG(&t->r, 1);
	*reg(t, REG_RSI) = ARG(&t->r, 2);
	*reg(t, REG_RDX) = ARG(&t->r, 3);
	*reg(t, REG_R10) = ARG(&t->r, 4);
	*reg(t, REG_R8) = ARG(&t->r, 5);
}

/* What the kernel leaves behind a system call. */
static void come_back(struct trapped *t)
{
	*reg(t, REG_RIP) = (greg_t)(t->site->at + LENGTH);
	*reg(t, REG_RCX) = *reg(t, REG_RIP);
	*reg(t, REG_R11) = *reg(t, REG_EFL);
}

/* A child's number, as the parent gets it to see; the child is 0. */
static bool born(ucontext_t *context)
{
	greg_t *g = context->uc_mcontext.gregs;
	const struct aside *a = (const void *)((uintptr_t)g[REG_RIP] -
					       offsetof(struct aside, halt));

	if (!rawpatch_beside(a))
		return false;
	if (g[REG_RAX] > 0 && thread_me)
		g[REG_RAX] = pids_born(thread_me->child.slot, (int)g[REG_RAX]);
	g[REG_RIP] = (greg_t)a->back;
	return true;
}

static bool arrived(siginfo_t *info, ucontext_t *context)
{
	uintptr_t at = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
	struct trapped t = { .site = rawpatch_find(at), .context = context };
	const struct aside *aside;

	if (info->si_code != SI_KERNEL || (t.site && !t.site->aside))
		return false;
	if (!t.site)
		return config.pids_virtual && at % 32 == 18 && born(context);
	aside = t.site->aside;
	take_arguments(&t);
	if (alive.yes && served(t.r.nr) && trap_thread_known()) {
		/* Stacks are told from the way back on. */
		*reg(&t, REG_RIP) = (greg_t)(at + LENGTH);
		trap_run_beside(context, serve, &t);
		give_arguments(&t);
	} else if (!alive.yes && process.active && served(t.r.nr) &&
		   trap_thread_known()) {
		/* The first call of a child that was forked by hand. */
		process_fork_raw();
		*reg(&t, REG_RIP) = (greg_t)(at + LENGTH);
		trap_run_beside(context, serve, &t);
		give_arguments(&t);
	}
	if (t.done)
		come_back(&t);
	else if (config.pids_virtual && lends(&t.r))
		*reg(&t, REG_RIP) = (greg_t)(uintptr_t)aside->child;
	else
		*reg(&t, REG_RIP) = (greg_t)(uintptr_t)aside->call;
	return true;
}

static void make_aside(struct aside *a, uintptr_t at)
{
	*a = (struct aside){
		.call = { 0x0f, 0x05 },
		.jump = { 0xff, 0x25 },
		.back = at + LENGTH,
		.child = { 0x0f, 0x05 },
		.halt = { 0xf4 },
	};
}

/* Places for n of them, executable: NULL, where that is refused. */
static struct aside *make_asides(const struct rawsites *found)
{
	size_t size = found->n * sizeof(struct aside);
	long p = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct aside *a = (struct aside *)p;

	if (p < 0 && p > -4096)
		return NULL;
	for (size_t i = 0; i < found->n; i++)
		make_aside(&a[i], found->site[i].at);
	if (sys3(SYS_mprotect, a, size, PROT_READ | PROT_EXEC) == 0)
		return a;
	sys2(SYS_munmap, a, size);
	return NULL;
}

/*
 * Libraries of threads wait by futexes alone (libgomp, TBB), without a limit:
 * there is nothing to serve, and a trap would slow down what they are there
 * for. Where other calls are, the same code may well compute limits.
 */
static bool wanted(const struct rawsites *found, size_t i)
{
	long nr = found->site[i].number;

	return nr == -1 || served(nr);
}

static bool only_waits(const struct rawsites *found)
{
	for (size_t i = 0; i < found->n; i++)
		if (wanted(found, i) && found->site[i].number != SYS_futex)
			return false;
	return true;
}

static void patch(const struct rawsites *found)
{
	static const char what[] = "system calls";
	struct aside *a = make_asides(found);

	if (!a) {
		rawpatch_refused(found->path, what);
		return;
	}
	for (size_t i = 0; i < found->n; i++) {
		struct rawpatch p = { .at = found->site[i].at, .aside = &a[i] };

		if (wanted(found, i) && !rawpatch_put(&p, found->path, what))
			return;
	}
}

void rawcall_patch(const struct rawsites *found)
{
	if (found->n && !only_waits(found))
		patch(found);
	if (found->unproven)
		rawpatch_say(found->path,
			     ": bytes of it may be system calls, which are not "
			     "trapped: no function is known around them");
	if (found->old)
		rawpatch_say(found->path, ": its 32-bit system calls (int "
					  "0x80) are not trapped");
}

void rawcall_claim(void)
{
	trapsignal_claim(SIGSEGV, arrived);
}
