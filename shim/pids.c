/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "config.h"
#include "lineage.h"
#include "pids.h"
#include "process.h"
#include "stream.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include "banned.h"

enum { SESSION = 1, PARENT = 2, FIRST = 3 };
#define RANGE (1u << 21) /* and as many numbers from it */

static const char *const parallel[] = { SB_PARALLEL };

static bool is_set(char *const envp[], const char *name)
{
	size_t len = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, len) && (*envp)[len] == '=')
			return true;
	return false;
}

/* As tools/pids.c chooses. */
void pids_start(char *const envp[])
{
	struct text base;
	bool real = config.audit || config.pids_said ||
		    (is_set(envp, "RANK") && is_set(envp, "WORLD_SIZE"));

	for (size_t i = 0; i < sizeof(parallel) / sizeof(*parallel); i++)
		real |= is_set(envp, parallel[i]);
	if (real)
		return;
	/* Children may have lost those variables. */
	base = text_start(config.base + strlen(config.base),
			  (int)(sizeof(config.base) - strlen(config.base)));
	text_add(&base, "pids=virtual,");
	config.pids_virtual = true;
}

void pids_outside(void)
{
	process.board->parent = (uint32_t)sys0(SYS_getppid);
	process.board->group = (uint32_t)sys1(SYS_getpgid, 0);
	process.board->session = (uint32_t)sys1(SYS_getsid, 0);
}

static struct sb_slot *slot(uint32_t i)
{
	return process.board && i < SB_SLOTS ? &process.board->slot[i] : NULL;
}

/* The youngest process that is shown as this, or NULL. */
static struct sb_slot *by_number(int shown)
{
	for (uint32_t i = process_slots(); i-- > 0;) {
		struct sb_slot *s = slot(i);

		if ((int)s->number == shown && s->pid)
			return s;
	}
	return NULL;
}

/* The kernel's numbers come back: of those that have had it, the youngest. */
static struct sb_slot *by_pid(int real)
{
	for (uint32_t i = process_slots(); i-- > 0;) {
		struct sb_slot *s = slot(i);

		if ((int)s->pid == real && s->number)
			return s;
	}
	return NULL;
}

static bool taken(uint32_t number)
{
	for (uint32_t i = process_slots(); i-- > 0;)
		if (slot(i)->number == number && !slot(i)->reaped)
			return true;
	return false;
}

static uint32_t spread(uint64_t lineage)
{
	return RANGE + (uint32_t)(mix64(lineage, 0) % RANGE);
}

static uint64_t first; /* lineage of the first process */

uint32_t pids_number(uint64_t lineage)
{
	uint32_t n = spread(lineage);

	/* Named before its own number is asked for. */
	if (!first)
		first = lineage_root(lineage_is_root(config.path) ? config.path
								  : "0");
	if (!config.pids_virtual)
		return 0;
	if (lineage == first)
		return FIRST;
	while (taken(n))
		n = RANGE + (n + 1) % RANGE;
	return n;
}

int pids_born(uint32_t i, int real)
{
	struct sb_slot *s = slot(i);

	if (!config.pids_virtual || real <= 0 || !s || !s->number)
		return real;
	s->pid = (uint32_t)real;
	return (int)s->number;
}

int pids_reaped(int real)
{
	struct sb_slot *s = config.pids_virtual && real > 0 ? by_pid(real)
							    : NULL;

	if (!s || s->reaped)
		return real;
	s->reaped = 1;
	return (int)s->number;
}

int pids_out(int real)
{
	const struct sb_slot *s;

	if (!config.pids_virtual || real <= 0)
		return real;
	if (real == process.pid && slot(process.slot))
		return (int)slot(process.slot)->number;
	s = by_pid(real);
	if (s && !s->reaped)
		return (int)s->number;
	return process.board && (int)process.board->parent == real ? PARENT
								   : real;
}

int pids_in(int shown)
{
	const struct sb_slot *s;

	if (!config.pids_virtual || shown <= 0)
		return shown;
	if (shown == PARENT && process.board)
		return (int)process.board->parent;
	s = by_number(shown);
	if (!s)
		return shown;
	return s->reaped ? PIDS_NOBODY : (int)s->pid;
}

int pids_self(void)
{
	int real = (int)sys0(SYS_getpid);
	const struct sb_slot *s;

	if (!config.pids_virtual)
		return real;
	s = slot(process.slot);
	if (real == process.pid)
		return s && s->number ? (int)s->number : real;
	/* A child that borrows our memory was announced by this thread; who
	 * knows its number from here on may use it. */
	return thread_me ? pids_born(thread_me->child.slot, real) : real;
}

int pids_parent(void)
{
	return pids_out((int)sys0(SYS_getppid));
}

static int number_of(const struct thread *t)
{
	return t->tid == process.pid
		       ? pids_self()
		       : (int)spread(mix64(process.lineage, t->lineage));
}

int pids_thread(void)
{
	int real = (int)sys0(SYS_gettid);

	if (!config.pids_virtual || !thread_me)
		return real;
	return thread_me->tid == real ? number_of(thread_me) : pids_self();
}

int pids_thread_in(int shown)
{
	if (config.pids_virtual && shown > 0)
		for (struct thread *t = thread_first(); t; t = t->next)
			if (!t->ended && t->tid && number_of(t) == shown)
				return t->tid;
	return pids_in(shown);
}

int pids_thread_out(int real)
{
	if (config.pids_virtual && real > 0)
		for (struct thread *t = thread_first(); t; t = t->next)
			if (!t->ended && t->tid == real)
				return number_of(t);
	return pids_out(real);
}

/* A group, or session, keeps its number when its leader is gone. */
static int leader_out(int real)
{
	const struct sb_slot *s = real > 0 ? by_pid(real) : NULL;

	return s ? (int)s->number : real;
}

int pids_group_out(int real)
{
	if (config.pids_namespace)
		return real ? real : PARENT;
	if (!config.pids_virtual || !process.board)
		return real;
	return real == (int)process.board->group ? PARENT : leader_out(real);
}

int pids_session_out(int real)
{
	if (config.pids_namespace)
		return real ? real : SESSION;
	if (!config.pids_virtual || !process.board)
		return real;
	return real == (int)process.board->session ? SESSION
						   : leader_out(real);
}

bool pids_group_outside(int shown)
{
	return config.pids_namespace && shown == PARENT;
}

int pids_group_in(int shown)
{
	const struct sb_slot *s;

	/* 0 is the caller's own, where that is the one. */
	if (pids_group_outside(shown))
		return sys1(SYS_getpgid, 0) == 0 ? 0 : PIDS_NOBODY;
	if (!config.pids_virtual || !process.board || shown <= 0)
		return shown;
	if (shown == PARENT)
		return (int)process.board->group;
	s = by_number(shown);
	return s ? (int)s->pid : shown;
}

/* Read by a group in the background, a terminal sends SIGTTIN; to who blocks
 * it, it says EIO. Nothing is read. */
static bool behind(int fd)
{
	uint64_t ttin = 1u << (SIGTTIN - 1), mask = 0;
	long ret;

	sys4(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &ttin, &mask, 8);
	ret = sys3(SYS_read, fd, &mask, 0);
	sys4(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, NULL, 8);
	return ret == -EIO;
}

int pids_terminal_out(int fd, int real)
{
	/* All groups outside are 0, the shell's in front of ours too. */
	if (config.pids_namespace && !real && sys1(SYS_getpgid, 0) == 0 &&
	    behind(fd))
		return SESSION;
	return pids_group_out(real);
}

/* Only somebody outside can name that group: process 2 hands it on to the
 * launcher (tools/launch.c). */
int pids_terminal_back(int fd)
{
	siginfo_t ask = { .si_signo = SB_TERMINAL_BACK, .si_code = SI_QUEUE };
	const struct timespec nap = { 0, 100000 };
	int group = -1;
	long ret;

	ask.si_pid = (pid_t)sys0(SYS_getpid);
	ret = sys3(SYS_rt_sigqueueinfo, PARENT, SB_TERMINAL_BACK, &ask);
	for (int i = 0; ret == 0 && group && i < 10000; i++) {
		ret = sys3(SYS_ioctl, fd, TIOCGPGRP, &group);
		if (ret == 0 && group)
			sys2(SYS_nanosleep, &nap, NULL);
	}
	return (int)ret;
}

int pids_target_in(int shown)
{
	return shown < -1 ? -pids_group_in(-shown) : pids_in(shown);
}

void pids_info_out(siginfo_t *info)
{
	bool sent = info->si_code == SI_USER || info->si_code == SI_QUEUE ||
		    info->si_code == SI_TKILL || info->si_code == SI_MESGQ ||
		    info->si_signo == SIGCHLD;

	if (sent)
		info->si_pid = pids_out(info->si_pid);
}
