/* SPDX-License-Identifier: MIT */
#include "names.h"

const struct facts facts = { .calls = 7, .output = NAMES_SORTED };

/* struct linux_dirent of getdents(2) */
struct old {
	unsigned long ino, off;
	unsigned short reclen;
	char name[];
};

void victim(void)
{
	int fd = open(names_dir(), O_RDONLY | O_DIRECTORY);
	char buf[512];
	long n;

	while ((n = syscall(SYS_getdents, fd, buf, 48)) > 0)
		for (long at = 0; at < n;) {
			const struct old *e = (void *)(buf + at);

			emit_name(e->name);
			at += e->reclen;
		}
	close(fd);
}
