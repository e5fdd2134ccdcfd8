/* SPDX-License-Identifier: MIT */
/* Process and thread numbers: in a PID namespace real ones that repeat. */
#include <sys/types.h>
#include <unistd.h>

#include "call.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "pid", .policy = SB_FORCE, .doc = text)

ROW(getpid, "process number");
ROW(getppid, "the parent's process number");
ROW(gettid, "thread number");

/* The log holds no number that does not repeat. */
static pid_t answer(struct call *c, bool force, pid_t number)
{
	call_end(c, force ? (uint64_t)number : 0, 0);
	return number;
}

EXPORT pid_t getpid(void)
{
	struct call c;
	bool force = CALL(&c, getpid) == SB_FORCE;

	return answer(&c, force, (pid_t)sys0(SYS_getpid));
}

EXPORT pid_t getppid(void)
{
	struct call c;
	bool force = CALL(&c, getppid) == SB_FORCE;

	return answer(&c, force, (pid_t)sys0(SYS_getppid));
}

EXPORT pid_t gettid(void)
{
	struct call c;
	bool force = CALL(&c, gettid) == SB_FORCE;

	return answer(&c, force, (pid_t)sys0(SYS_gettid));
}

ALIAS(__getpid, getpid);
