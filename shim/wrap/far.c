/* SPDX-License-Identifier: MIT */
/*
 * What a program asks and tells a socket of another host, beside data: under a
 * recording with --record-network it is kept what that came to, and a replay
 * does not do it. Hooks that others need too are theirs (socket.c, owner.c).
 */
#include <sys/socket.h>

#include "call.h"
#include "heard.h"
#include "real.h"
#include "banned.h"

HOOK(sendmmsg);
HOOK(shutdown);
HOOK(getsockname);
HOOK(getpeername);

/* Of a replay: each message went as a whole. */
static int sent_heard(struct mmsghdr *m, int n)
{
	for (int i = 0; i < n; i++) {
		m[i].msg_len = 0;
		for (size_t k = 0; k < m[i].msg_hdr.msg_iovlen; k++)
			m[i].msg_len +=
				(unsigned)m[i].msg_hdr.msg_iov[k].iov_len;
	}
	return n;
}

EXPORT int sendmmsg(int fd, struct mmsghdr *m, unsigned n, int flags)
{
	long ret;

	if (heard_on && heard_far(fd, &ret))
		return sent_heard(m, (int)ret);
	ret = NEXT(sendmmsg)(fd, m, n, flags);
	if (heard_on)
		heard_far_end(fd, ret);
	return (int)ret;
}

EXPORT int shutdown(int fd, int how)
{
	long ret;

	if (heard_on && heard_far(fd, &ret))
		return (int)ret;
	ret = NEXT(shutdown)(fd, how);
	if (heard_on)
		heard_far_end(fd, ret);
	return (int)ret;
}

#define NAME(fn)                                                               \
	EXPORT int fn(int fd, struct sockaddr *restrict to,                    \
		      socklen_t *restrict len)                                 \
	{                                                                      \
		socklen_t room = len ? *len : 0;                               \
		long ret;                                                      \
                                                                               \
		if (heard_on && heard_answer(fd, to, len, &ret))               \
			return (int)ret;                                       \
		ret = NEXT(fn)(fd, to, len);                                   \
		if (heard_on)                                                  \
			heard_answer_end(fd, to, len, room, ret);              \
		return (int)ret;                                               \
	}

NAME(getsockname)
NAME(getpeername)
