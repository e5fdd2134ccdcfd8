/* SPDX-License-Identifier: MIT */
#include "pair.h"

const struct facts facts = { .calls = 1, .output = "1\n5\n" };

void victim(void)
{
	char buf[8];
	struct iovec part = { buf, sizeof(buf) };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &part,
					  .msg_iovlen = 1 } };
	int end[2];

	pair_make(end, SOCK_DGRAM);
	emit((uint64_t)recvmmsg(end[0], &m, 1, 0, NULL));
	emit(m.msg_len);
	pair_close(end);
}
