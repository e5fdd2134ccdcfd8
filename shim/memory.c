/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "memory.h"
#include "sys.h"
#include "banned.h"

static const char *hex(const char *p, uintptr_t *n)
{
	for (*n = 0;; p++) {
		if (*p >= '0' && *p <= '9')
			*n = *n * 16 + (uintptr_t)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			*n = *n * 16 + (uintptr_t)(*p - 'a' + 10);
		else
			return p;
	}
}

/* "start-end rwxs …" */
static bool covers(const char *line, uintptr_t address, bool *shared)
{
	uintptr_t start, end;
	const char *p = hex(line, &start);

	if (*p != '-')
		return false;
	p = hex(p + 1, &end);
	if (address < start || address >= end)
		return false;
	*shared = p[0] && p[1] && p[2] && p[3] && p[4] == 's';
	return true;
}

bool memory_shared(const volatile void *address)
{
	char buf[4096], *line, *end;
	bool found = false, shared = false;
	size_t have = 0;
	long n, fd = sys4(SYS_openat, AT_FDCWD, "/proc/self/maps",
			  O_RDONLY | O_CLOEXEC, 0);

	while (fd >= 0 && !found &&
	       (n = sys3(SYS_read, fd, buf + have,
			 sizeof(buf) - 1 - have)) > 0) {
		have += (size_t)n;
		buf[have] = 0;
		for (line = buf; !found && (end = strchr(line, '\n'));
		     line = end + 1)
			found = covers(line, (uintptr_t)address, &shared);
		have = strlen(line);
		memmove(buf, line, have);
	}
	if (fd >= 0)
		sys1(SYS_close, fd);
	return shared;
}
