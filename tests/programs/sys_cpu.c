/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 3, .output = "1\n1\n1\n" };

void victim(void)
{
	static const char *const files[] = {
		"/sys/devices/system/cpu/online",
		"/sys/devices/system/cpu/possible",
		"/sys/devices/system/cpu/present",
	};
	char c;

	for (int i = 0; i < 3; i++) {
		int fd = open(files[i], O_RDONLY);

		emit((uint64_t)read(fd, &c, 1));
		close(fd);
	}
}
