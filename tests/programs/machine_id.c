/* SPDX-License-Identifier: MIT */
#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

/* Not the machine's: some have none. */
void victim(void)
{
	char c;
	int fd = open(FILES "/etc/machine-id", O_RDONLY);

	emit((uint64_t)read(fd, &c, 1));
	close(fd);
}
