/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	emit(fd >= 0);
	close(fd);
}
