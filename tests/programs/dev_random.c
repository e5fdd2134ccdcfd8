/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3 };

void victim(void)
{
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC);
	uint64_t n;

	for (int i = 0; i < 3; i++) {
		if (read(fd, &n, sizeof(n)) != sizeof(n))
			return;
		emit(n);
	}
	close(fd);
}
