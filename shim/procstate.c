/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "procstate.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

/* The kernel's number of the clock that counts a thread's processor time
 * (CPUCLOCK_PERTHREAD, CPUCLOCK_SCHED). */
uint64_t thread_cpu(int tid)
{
	return sys_now((clockid_t)(~(unsigned)tid << 3 | 6));
}

/* What /proc says in one of a thread's files; 0: it is gone. */
static long read_of(int tid, const char *file, char *to, size_t room)
{
	char name[64];
	struct text path = text_start(name, sizeof(name));
	long fd, n;

	text_add(&path, "/proc/self/task/");
	text_number(&path, (uint64_t)tid, 10, 1);
	text_add(&path, file);
	fd = sys4(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	n = sys3(SYS_read, fd, to, room - 1);
	sys1(SYS_close, fd);
	to[n > 0 ? n : 0] = 0;
	return n;
}

bool thread_sleeping(int tid)
{
	char text[128];
	const char *at;

	if (read_of(tid, "/stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')');
	return at && at[1] && at[2] == 'S';
}

/* A set of signals: the line that `name` begins. */
static uint64_t set_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t set = 0;

	if (!at)
		return 0;
	for (at += strlen(name); *at == ' ' || *at == '\t'; at++)
		;
	for (; *at > ' '; at++)
		set = set << 4 | (uint64_t)(*at <= '9' ? *at - '0'
						      : *at - 'a' + 10);
	return set;
}

bool thread_handles(int tid, int sig)
{
	char text[2048];
	uint64_t bit;

	if (sig < 1 || sig > 64 ||
	    read_of(tid, "/status", text, sizeof(text)) <= 0)
		return false;
	bit = 1ull << (sig - 1);
	return set_of(text, "\nSigCgt:") & ~set_of(text, "\nSigBlk:") & bit;
}
