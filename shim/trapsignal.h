/* SPDX-License-Identifier: MIT */
/*
 * The signals by which traps arrive. They are ours in the kernel; what the
 * program set for them is kept beside, shown to it, and carried out where a
 * signal is no trap of ours: its handler on the stack that it asked for, with
 * its mask and its flags; the default action with the signal's own cause.
 *
 * No thread may block them: a trap in it would be its end. A thread that asks
 * for that is told that it does (`hidden`).
 */
#ifndef SAMEBITS_TRAPSIGNAL_H
#define SAMEBITS_TRAPSIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <ucontext.h>

/* True: it was a trap, and the context says how the program goes on. All
 * signals are blocked. May run on a small stack of the program's. */
typedef bool trap_handler(siginfo_t *info, ucontext_t *context);

/* Takes a signal. Several may, up to four, and are asked in order. */
void trapsignal_claim(int sig, trap_handler *handler);
bool trapsignal_claimed(int sig);
/* Takes them once more from who set a handler without libc: sanitizers do, when
 * they are loaded. */
void trapsignal_again(void);

/* As sigaction(2), of one that is claimed; 0 or -errno. */
int trapsignal_action(int sig, const struct sigaction *act,
		      struct sigaction *old);

/* Takes the claimed signals out of a mask; returns it, or `mask` where there
 * are none. NULL stays. */
const sigset_t *trapsignal_allow(const sigset_t *mask, sigset_t *room);
/* What the calling thread believes about them: sets it as sigprocmask(2) does.
 */
void trapsignal_hide(int how, const sigset_t *mask);
/* Adds what it believes to be blocked. */
void trapsignal_show(sigset_t *mask);

#endif
