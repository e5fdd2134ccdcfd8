/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "pids.h"
#include "process.h"
#include "sys.h"
#include "trapsignal.h"
#include "banned.h"

/* As the kernel takes it. */
struct kernel_action {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};
#define RESTORER 0x04000000ul /* SA_RESTORER */

#define HANDLERS 4
static struct claim {
	trap_handler *ours[HANDLERS];
	struct sigaction theirs;
} claims[_NSIG];
static int lock;	 /* of what they have set */
static uint64_t claimed; /* as a mask of the kernel's */

/* Which of them this thread believes to be blocked, as the kernel's mask. */
static __thread uint64_t hidden __attribute__((tls_model("initial-exec")));

#define BIT(sig) (1ull << ((sig)-1))

/* The kernel's mask is the first word of libc's. */
static uint64_t *word_of(sigset_t *mask)
{
	return (uint64_t *)(void *)mask;
}

static uint64_t word(const sigset_t *mask)
{
	uint64_t w;

	memcpy(&w, mask, sizeof(w));
	return w;
}

extern void samebits_trapreturn(void) __attribute__((visibility("hidden")));

static bool is_function(const struct sigaction *act)
{
	return act->sa_handler != SIG_DFL && act->sa_handler != SIG_IGN;
}

static void set_kernel(int sig, const struct kernel_action *act)
{
	sys4(SYS_rt_sigaction, sig, act, NULL, sizeof(act->mask));
}

/* The kernel chooses the stack: theirs. What is ours needs little. */
static void arrived(int sig, siginfo_t *info, void *context);
static void install(int sig)
{
	struct kernel_action act = {
		.handler = arrived,
		.flags = RESTORER | SA_SIGINFO,
		.restorer = samebits_trapreturn,
		.mask = ~0ull,
	};

	act.flags |= (unsigned long)claims[sig].theirs.sa_flags &
		     (SA_ONSTACK | SA_RESTART);
	set_kernel(sig, &act);
}

bool trapsignal_claimed(int sig)
{
	return sig > 0 && sig < _NSIG && claims[sig].ours[0];
}

/* What the kernel has becomes the program's; false: it is ours already. */
static bool take(int sig)
{
	struct sigaction *theirs = &claims[sig].theirs;
	struct kernel_action now;

	if (sys4(SYS_rt_sigaction, sig, NULL, &now, sizeof(now.mask)) ||
	    now.handler == arrived)
		return false;
	theirs->sa_sigaction = now.handler;
	theirs->sa_flags = (int)(now.flags & ~RESTORER);
	*word_of(&theirs->sa_mask) = now.mask;
	return true;
}

void trapsignal_claim(int sig, trap_handler *handler)
{
	unsigned n = 0;

	while (n < HANDLERS && claims[sig].ours[n])
		n++;
	if (n == HANDLERS)
		return;
	claims[sig].ours[n] = handler;
	if (n || !take(sig))
		return;
	claimed |= BIT(sig);
	install(sig);
}

void trapsignal_again(void)
{
	for (int sig = 1; sig < _NSIG; sig++)
		if (claimed & BIT(sig) && take(sig))
			install(sig);
}

/*
 * What a child that borrows our memory sets is its own, and what is left of it
 * in the program that it executes is whether a signal is ignored. Until then it
 * may come to a trap: Go's makes all its calls that way.
 */
static int set_borrowed(int sig, const struct sigaction *act,
			struct sigaction *old)
{
	struct kernel_action set = { .handler = act->sa_sigaction,
				     .flags =
					     (unsigned)act->sa_flags | RESTORER,
				     .restorer = samebits_trapreturn,
				     .mask = word(&act->sa_mask) };

	if (old)
		*old = claims[sig].theirs;
	if (act->sa_handler != SIG_IGN)
		return 0;
	return (int)sys4(SYS_rt_sigaction, sig, &set, NULL, sizeof(set.mask));
}

int trapsignal_action(int sig, const struct sigaction *act,
		      struct sigaction *old)
{
	struct sigaction before;
	uint64_t mask;

	if (act && process_borrowed())
		return set_borrowed(sig, act, old);
	mask = word_take(&lock);
	before = claims[sig].theirs;
	if (act) {
		claims[sig].theirs = *act;
		install(sig);
	}
	word_give(&lock, mask);
	if (old)
		*old = before;
	return 0;
}

/* A fault comes again by itself, when its instruction does; what was sent, and
 * a system call that was refused, do not. */
static bool comes_again(int sig, const siginfo_t *info)
{
	return info->si_code > 0 && sig != SIGSYS;
}

static void by_default(int sig, siginfo_t *info)
{
	const struct kernel_action act = { 0 };

	set_kernel(sig, &act);
	if (!comes_again(sig, info))
		sys4(SYS_rt_tgsigqueueinfo, sys0(SYS_getpid), sys0(SYS_gettid),
		     sig, info);
}

/* What the program set; a handler of its for one signal only is taken out. */
static struct sigaction take_theirs(int sig)
{
	uint64_t mask = word_take(&lock);
	struct sigaction act = claims[sig].theirs;

	if (is_function(&act) && (unsigned)act.sa_flags & SA_RESETHAND) {
		claims[sig].theirs.sa_handler = SIG_DFL;
		claims[sig].theirs.sa_flags &= ~SA_SIGINFO;
		install(sig);
	}
	word_give(&lock, mask);
	return act;
}

/* As the kernel would have called it. */
static void call_theirs(const struct sigaction *act, int sig, siginfo_t *info,
			ucontext_t *context)
{
	uint64_t *outside = word_of(&context->uc_sigmask), before = *outside;
	uint64_t within = before | word(&act->sa_mask);
	uint64_t was = hidden;

	if (!((unsigned)act->sa_flags & SA_NODEFER))
		within |= BIT(sig);
	hidden |= within & claimed;
	*outside = before | was;
	within &= ~claimed;
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &within, NULL, sizeof(within));
	act->sa_sigaction(sig, info, context);
	hidden = *outside & claimed;
	*outside &= ~claimed;
}

static void arrived(int sig, siginfo_t *info, void *context)
{
	int saved = errno;
	struct sigaction act;

	for (unsigned i = 0; i < HANDLERS && claims[sig].ours[i]; i++)
		if (claims[sig].ours[i](info, context)) {
			errno = saved;
			return;
		}
	act = take_theirs(sig);
	pids_info_out(info);
	errno = saved;
	if (is_function(&act))
		call_theirs(&act, sig, info, context);
	else if (act.sa_handler == SIG_DFL || comes_again(sig, info))
		by_default(sig, info);
}

const sigset_t *trapsignal_allow(const sigset_t *mask, sigset_t *room)
{
	if (!mask || !(word(mask) & claimed))
		return mask;
	*room = *mask;
	*word_of(room) &= ~claimed;
	return room;
}

void trapsignal_hide(int how, const sigset_t *mask)
{
	uint64_t bits = word(mask) & claimed;

	if (how == SIG_BLOCK)
		hidden |= bits;
	else if (how == SIG_UNBLOCK)
		hidden &= ~bits;
	else
		hidden = bits;
}

void trapsignal_show(sigset_t *mask)
{
	*word_of(mask) |= hidden;
}
