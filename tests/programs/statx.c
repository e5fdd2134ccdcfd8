/* SPDX-License-Identifier: MIT */
#include "file.h"

static int order(const struct statx_timestamp *a,
		 const struct statx_timestamp *b)
{
	struct timespec x = { a->tv_sec, a->tv_nsec };
	struct timespec y = { b->tv_sec, b->tv_nsec };

	return file_order(&x, &y);
}

/* All times of a new file are one; who asks for nothing gets nothing wrong. */
const struct facts facts = { .calls = 3,
			     .output = "1893456000\n1\n1\n1\n0\n" };

void victim(void)
{
	struct statx a, b, c;
	char name[64];
	int fd = file_make(name, sizeof(name));

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &a))
		return;
	file_change(name);
	if (statx(AT_FDCWD, name, 0, STATX_BASIC_STATS | STATX_BTIME, &b))
		return;
	emit((uint64_t)a.stx_mtime.tv_sec);
	emit(order(&a.stx_mtime, &a.stx_ctime) == 0 &&
	     order(&a.stx_mtime, &a.stx_atime) == 0 &&
	     order(&a.stx_mtime, &a.stx_btime) == 0);
	emit(order(&a.stx_mtime, &b.stx_mtime) < 0);
	emit(order(&a.stx_btime, &b.stx_btime) == 0);
	emit((uint64_t)statx(AT_FDCWD, name, 0, STATX_SIZE, &c));
	unlink(name);
	close(fd);
}
