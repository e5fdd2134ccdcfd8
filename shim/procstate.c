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

bool thread_sleeping(int tid)
{
	char text[128], *at;
	struct text path = text_start(text, sizeof(text));
	long fd, n;

	text_add(&path, "/proc/self/task/");
	text_number(&path, (uint64_t)tid, 10, 1);
	text_add(&path, "/stat");
	fd = sys4(SYS_openat, AT_FDCWD, text, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	n = sys3(SYS_read, fd, text, sizeof(text) - 1);
	sys1(SYS_close, fd);
	text[n > 0 ? n : 0] = 0;
	at = strrchr(text, ')');
	return at && at[1] && at[2] == 'S';
}
