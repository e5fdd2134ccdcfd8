/* SPDX-License-Identifier: MIT */
#include "file.h"

const struct facts facts = { .calls = 3, .output = "3\n" };

void victim(void)
{
	char name[64];
	int fd = file_make(name, sizeof(name));
	uint64_t n = 0;

	unlink(name);
	for (int i = 0; i < 3; i++)
		n += write(fd, "four", 4) == 4;
	close(fd);
	emit(n);
}
