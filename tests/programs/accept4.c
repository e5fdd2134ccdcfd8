/* SPDX-License-Identifier: MIT */
#include "pair.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct sockaddr_un name;
	socklen_t len;
	int at = listener(&name, &len);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int in;

	connect(fd, (struct sockaddr *)&name, len);
	in = accept4(at, NULL, NULL, SOCK_CLOEXEC);
	emit(in >= 0);
	close(in);
	close(fd);
	close(at);
}
