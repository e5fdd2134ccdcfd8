/* SPDX-License-Identifier: MIT */
/*
 * Reading: from timers and from devices of entropy. Every other descriptor
 * passes: what programs read is not this file's.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"
#include "device.h"
#include "heard.h"
#include "real.h"
#include "timers.h"
#include "turnfd.h"
#include "written.h"
#include "wrap.h"
#include "banned.h"

SOURCE(read, .group = "clock", .policy = SB_FORCE,
       .doc = "expirations of a timer descriptor");

/* What _FORTIFY_SOURCE makes of them; no header declares these here. */
ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);
ssize_t __pread_chk(int fd, void *buf, size_t len, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *buf, size_t len, off_t at, size_t room);

HOOK(__read_chk);
HOOK(pread);
HOOK(__pread_chk);
HOOK(readv);
HOOK(preadv);
HOOK(preadv2);
HOOK(sendfile);
HOOK(splice);

static ssize_t plain_read(int fd, void *buf, size_t len);

static ssize_t read_heard(int fd, void *buf, size_t len)
{
	const struct iovec part = { buf, len };
	struct heard_read r;
	ssize_t n;

	if (heard_read(&r, fd))
		return r.given > 0   ? heard_again(&r, &part, 1)
		       : r.given < 0 ? -1
				     : 0;
	n = plain_read(fd, buf, len);
	heard_read_end(&r, n, &part, 1);
	return n;
}

/* Called before the shim is bound, too: allocators read files early. */
static ssize_t plain_read(int fd, void *buf, size_t len)
{
	ssize_t n = -1;

	if (turn_on) {
		if (turnfd_wait(fd, POLLIN))
			n = real_read(fd, buf, len);
		turn_return();
		return n;
	}
	if (__builtin_expect(real_read != NULL, 1))
		return real_read(fd, buf, len);
	n = sys3(SYS_read, fd, buf, len);
	if (n >= 0)
		return n;
	errno = (int)-n;
	return -1;
}

static ssize_t read_timer(int fd, void *buf, size_t len, void *ret,
			  void *frame)
{
	struct call c;
	bool force = call_begin(&c, &src_read, ret, frame) == SB_FORCE;
	ssize_t n = plain_read(fd, buf, len);
	uint64_t expirations;

	if (force && n == sizeof(expirations)) {
		memcpy(&expirations, buf, sizeof(expirations));
		timers_read(c.self, fd, expirations);
		expirations = 1; /* as signals: those missed are gone */
		memcpy(buf, &expirations, sizeof(expirations));
	}
	call_end(&c, (uint64_t)n, 0);
	return n;
}

/* SB_PASS, without an event: no device. */
static inline enum sb_policy begin(struct call *c, int fd, void *ret,
				   void *frame)
{
	struct source *row = device_seen ? device_row(fd) : NULL;

	c->key = NULL;
	return __builtin_expect(row != NULL, 0)
		       ? call_begin(c, row, ret, frame) : SB_PASS;
}

static inline void end(struct call *c, const struct iovec *part, int parts,
		       ssize_t n)
{
	if (__builtin_expect(c->key != NULL, 0))
		device_drawn(c, part, parts, n);
}

/* The device itself says whether it is ready, waits, and is where a thread is
 * cancelled: it is asked for no bytes. */
static ssize_t draw(struct call *c, int fd, const struct iovec *part, int parts)
{
	ssize_t ret = real_read(fd, NULL, 0);

	if (ret == 0 && (parts < 0 || parts > IOV_MAX)) {
		errno = EINVAL;
		ret = -1;
	}
	return ret < 0 ? ret : device_draw(c->self, part, parts);
}

ssize_t read_from(int fd, void *buf, size_t len, void *ret, void *frame)
{
	const struct iovec part = { buf, len };
	struct call c;
	bool force = begin(&c, fd, ret, frame) == SB_FORCE;
	ssize_t n = force      ? draw(&c, fd, &part, 1)
		    : heard_on ? read_heard(fd, buf, len)
			       : plain_read(fd, buf, len);

	end(&c, &part, 1, n);
	return n;
}

EXPORT ssize_t read(int fd, void *buf, size_t len)
{
	if (__builtin_expect(timers_descriptor(fd), 0))
		return read_timer(fd, buf, len, CALLER);
	if (__builtin_expect(device_seen, 0))
		return read_from(fd, buf, len, CALLER);
	if (heard_on)
		return read_heard(fd, buf, len);
	return plain_read(fd, buf, len);
}

/* With room for less than it asks for it ends the program. */
EXPORT ssize_t __read_chk(int fd, void *buf, size_t len, size_t room)
{
	if (__builtin_expect(len > room, 0))
		return NEXT(__read_chk)(fd, buf, len, room);
	if (__builtin_expect(timers_descriptor(fd), 0))
		return read_timer(fd, buf, len, CALLER);
	return read_from(fd, buf, len, CALLER);
}

static ssize_t pread_from(int fd, void *buf, size_t len, off_t at, void *ret,
			  void *frame)
{
	const struct iovec part = { buf, len };
	struct call c;
	bool force = begin(&c, fd, ret, frame) == SB_FORCE;
	ssize_t n = force ? draw(&c, fd, &part, 1) : NEXT(pread)(fd, buf, len, at);

	end(&c, &part, 1, n);
	return n;
}

EXPORT ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
	return pread_from(fd, buf, len, at, CALLER);
}

EXPORT ssize_t __pread_chk(int fd, void *buf, size_t len, off_t at, size_t room)
{
	if (__builtin_expect(len > room, 0))
		return NEXT(__pread_chk)(fd, buf, len, at, room);
	return pread_from(fd, buf, len, at, CALLER);
}

static ssize_t plain_readv(int fd, const struct iovec *part, int parts)
{
	struct heard_read r = { 0 };
	ssize_t n = -1;

	if (heard_on && heard_read(&r, fd))
		return r.given > 0   ? heard_again(&r, part, parts)
		       : r.given < 0 ? -1
				     : 0;
	if (turnfd_wait(fd, POLLIN))
		n = NEXT(readv)(fd, part, parts);
	turn_return();
	heard_read_end(&r, n, part, parts);
	return n;
}

EXPORT ssize_t readv(int fd, const struct iovec *part, int parts)
{
	struct call c;
	bool force = begin(&c, fd, CALLER) == SB_FORCE;
	ssize_t n = force ? draw(&c, fd, part, parts)
			  : plain_readv(fd, part, parts);

	end(&c, part, parts, n);
	return n;
}

EXPORT ssize_t preadv(int fd, const struct iovec *part, int parts, off_t at)
{
	struct call c;
	bool force = begin(&c, fd, CALLER) == SB_FORCE;
	ssize_t n = force ? draw(&c, fd, part, parts)
			  : NEXT(preadv)(fd, part, parts, at);

	end(&c, part, parts, n);
	return n;
}

EXPORT ssize_t preadv2(int fd, const struct iovec *part, int parts, off_t at,
		       int flags)
{
	struct call c;
	bool force = begin(&c, fd, CALLER) == SB_FORCE;
	ssize_t n = force ? draw(&c, fd, part, parts)
			  : NEXT(preadv2)(fd, part, parts, at, flags);

	end(&c, part, parts, n);
	return n;
}

/* Moving bytes without reading them: refused from a device that is forced, as
 * Linux 5.10 to 5.18 did; who asks for it reads and writes instead. */
static bool refused(int fd, void *ret, void *frame)
{
	struct call c;
	enum sb_policy policy = begin(&c, fd, ret, frame);

	if (policy == SB_FORCE)
		errno = EINVAL;
	else if (c.key)
		call_end(&c, 0, 0);
	return policy == SB_FORCE;
}

EXPORT ssize_t sendfile(int out, int in, off_t *at, size_t len)
{
	enum output to = output_of(out);
	ssize_t n = refused(in, CALLER) ? -1
					: NEXT(sendfile)(out, in, at, len);

	if (to > OUTPUT_NONE)
		written_unseen(to, CALLER, n);
	return n;
}

EXPORT ssize_t splice(int in, off64_t *in_at, int out, off64_t *out_at,
		      size_t len, unsigned flags)
{
	enum output to = output_of(out);
	ssize_t n = refused(in, CALLER)
			    ? -1
			    : NEXT(splice)(in, in_at, out, out_at, len, flags);

	if (to > OUTPUT_NONE)
		written_unseen(to, CALLER, n);
	return n;
}

ALIAS(__read, read);
ALIAS(pread64, pread);
ALIAS(__pread64, pread);
ALIAS(__pread64_chk, __pread_chk);
ALIAS(preadv64, preadv);
ALIAS(preadv64v2, preadv2);
ALIAS(sendfile64, sendfile);
