/* SPDX-License-Identifier: MIT */
/* Children made in every way, behind libc's back too: each draws twice. */
#include <sched.h>
#include <signal.h>

#include "victim.h"

const struct facts facts;

static void draw(void)
{
	unsigned n = 0;

	if (getrandom(&n, sizeof(n), 0) == sizeof(n))
		emit(n);
}

static int child(void *arg)
{
	(void)arg;
	draw();
	draw();
	_exit(0);
}

static long inline_fork(void)
{
	long ret = SYS_fork;

	__asm__ volatile("syscall" : "+a"(ret) : : "rcx", "r11", "memory");
	return ret;
}

static void follow(long pid)
{
	if (pid == 0)
		child(NULL);
	waitpid((pid_t)pid, NULL, 0);
}

int main(void)
{
	static char stack[65536];

	draw();
	for (int i = 0; i < 2; i++) {
		follow(fork());
		follow(_Fork());
		follow(syscall(SYS_fork));
		follow(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
		follow(clone(child, stack + sizeof(stack), SIGCHLD, NULL));
		follow(inline_fork());
	}
	draw();
	return 0;
}
