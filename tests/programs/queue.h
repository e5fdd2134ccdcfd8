/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_QUEUE_H
#define SAMEBITS_TEST_QUEUE_H

#include <mqueue.h>

#include "victim.h"

/* A message queue of our own, with room for one message of 8 bytes. Tests run
 * beside each other and may all have the same pid: real time tells. */
static inline mqd_t queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	char name[40];
	mqd_t q;

	snprintf(name, sizeof(name), "/samebits-%lld", (long long)real_ns());
	q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	mq_unlink(name);
	return q;
}

#endif
