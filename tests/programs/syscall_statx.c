/* SPDX-License-Identifier: MIT */
#include "file.h"

const struct facts facts = { .calls = 2, .output = "1893456000\n1\n" };

void victim(void)
{
	struct statx a, b;
	char name[64];
	int fd = file_make(name, sizeof(name));

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MTIME, &a))
		return;
	file_change(name);
	if (syscall(SYS_statx, AT_FDCWD, name, 0, STATX_MTIME, &b))
		return;
	emit((uint64_t)a.stx_mtime.tv_sec);
	emit(a.stx_mtime.tv_nsec < b.stx_mtime.tv_nsec);
	unlink(name);
	close(fd);
}
