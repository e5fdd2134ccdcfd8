/* SPDX-License-Identifier: MIT */
/* Writing by descriptor. */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"
#include "heard.h"
#include "turnfd.h"
#include "written.h"
#include "banned.h"

HOOK(write);
HOOK(pwrite);
HOOK(writev);
HOOK(pwritev);
HOOK(pwritev2);
HOOK(copy_file_range);

/* Called before the shim is bound, too. */
static ssize_t plain_write(int fd, const void *buf, size_t len)
{
	ssize_t n = -1;

	if (turn_on) {
		if (turnfd_wait(fd, POLLOUT))
			n = real_write(fd, buf, len);
		turn_return();
		return n;
	}
	if (__builtin_expect(real_write != NULL, 1))
		return real_write(fd, buf, len);
	n = sys3(SYS_write, fd, buf, len);
	if (n >= 0)
		return n;
	errno = (int)-n;
	return -1;
}

EXPORT ssize_t write(int fd, const void *buf, size_t len)
{
	enum output to = output_of(fd);
	long was;
	ssize_t n;

	if (heard_on && heard_far(fd, &was))
		return was;
	n = plain_write(fd, buf, len);
	if (heard_on)
		heard_far_end(fd, n);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, buf, n);
	return n;
}

EXPORT ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
	enum output to = output_of(fd);
	ssize_t n = NEXT(pwrite)(fd, buf, len, at);

	if (to > OUTPUT_NONE)
		written_bytes(to, CALLER, buf, n);
	return n;
}

static void written_parts(enum output to, void *ret, void *frame,
			  const struct iovec *part, int parts, ssize_t n)
{
	size_t len = n > 0 ? (size_t)n : 0;

	if (to > OUTPUT_NONE)
		written(to, ret, frame, digest_parts(part, parts, len), len);
}

EXPORT ssize_t writev(int fd, const struct iovec *part, int parts)
{
	enum output to = output_of(fd);
	ssize_t n = -1;
	long was;

	if (heard_on && heard_far(fd, &was))
		return was;
	if (turnfd_wait(fd, POLLOUT))
		n = NEXT(writev)(fd, part, parts);
	turn_return();
	if (heard_on)
		heard_far_end(fd, n);
	written_parts(to, CALLER, part, parts, n);
	return n;
}

EXPORT ssize_t pwritev(int fd, const struct iovec *part, int parts, off_t at)
{
	enum output to = output_of(fd);
	ssize_t n = NEXT(pwritev)(fd, part, parts, at);

	written_parts(to, CALLER, part, parts, n);
	return n;
}

EXPORT ssize_t pwritev2(int fd, const struct iovec *part, int parts, off_t at,
			int flags)
{
	enum output to = output_of(fd);
	ssize_t n = NEXT(pwritev2)(fd, part, parts, at, flags);

	written_parts(to, CALLER, part, parts, n);
	return n;
}

EXPORT ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at,
			       size_t len, unsigned flags)
{
	enum output to = output_of(out);
	ssize_t n = NEXT(copy_file_range)(in, in_at, out, out_at, len, flags);

	if (to > OUTPUT_NONE)
		written_unseen(to, CALLER, n);
	return n;
}

ALIAS(__write, write);
ALIAS(pwrite64, pwrite);
ALIAS(__pwrite64, pwrite);
ALIAS(pwritev64, pwritev);
ALIAS(pwritev64v2, pwritev2);
