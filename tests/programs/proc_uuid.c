/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 2 };

void victim(void)
{
	for (int i = 0; i < 2; i++) {
		int fd = open("/proc/sys/kernel/random/uuid", O_RDONLY);
		uint64_t n;

		if (read(fd, &n, sizeof(n)) != sizeof(n))
			return;
		emit(n);
		close(fd);
	}
}
