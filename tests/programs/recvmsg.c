/* SPDX-License-Identifier: MIT */
#include "pair.h"

const struct facts facts = { .calls = 1, .output = "5\n" };

void victim(void)
{
	char a[2], b[8];
	struct iovec part[2] = { { a, sizeof(a) }, { b, sizeof(b) } };
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };
	int end[2];

	pair_make(end, SOCK_STREAM);
	emit((uint64_t)recvmsg(end[0], &m, 0));
	pair_close(end);
}
