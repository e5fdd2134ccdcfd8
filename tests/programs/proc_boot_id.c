/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1 };

void victim(void)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);
	uint64_t n;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		return;
	emit(n);
	close(fd);
}
