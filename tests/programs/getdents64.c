/* SPDX-License-Identifier: MIT */
#include "names.h"

/* There is room for two names a call. */
const struct facts facts = { .calls = 7, .output = NAMES_SORTED };

void victim(void)
{
	int fd = open(names_dir(), O_RDONLY | O_DIRECTORY);
	char buf[512];
	long n;

	while ((n = getdents64(fd, buf, 48)) > 0)
		for (long at = 0; at < n;) {
			const struct dirent *e = (void *)(buf + at);

			emit_name(e->d_name);
			at += e->d_reclen;
		}
	close(fd);
}
