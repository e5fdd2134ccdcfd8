/* SPDX-License-Identifier: MIT */
#include "queue.h"

const struct facts facts = { .calls = 1, .output = "110\n1\n10002\n" };

void victim(void)
{
	struct timespec until = wait_until(CLOCK_REALTIME);
	int64_t began = real_ns();
	mqd_t q = queue();
	char text[8];

	wait_emit(began,
		  mq_timedreceive(q, text, sizeof(text), NULL, &until) < 0
			  ? errno
			  : 0);
	mq_close(q);
}
