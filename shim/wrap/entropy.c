/* SPDX-License-Identifier: MIT */
/* The kernel's and libc's entropy. Crypto callers are served by the engine's
 * choice: they see SB_OBSERVE here. */
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "call.h"
#include "real.h"
#include "banned.h"

/* glibc has them since 2.36; declared here for older headers. */
uint32_t arc4random(void);
void arc4random_buf(void *buf, size_t len);
uint32_t arc4random_uniform(uint32_t bound);

#define ROW(fn, text) \
	SOURCE(fn, .group = "entropy", .policy = SB_FORCE, .doc = text)

ROW(getrandom, "kernel entropy");
ROW(getentropy, "kernel entropy, 256 bytes at most");
ROW(arc4random, "32 bits of libc's entropy");
ROW(arc4random_buf, "libc's entropy");
ROW(arc4random_uniform, "libc's entropy below a bound");

EXPORT ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
	struct call c;
	ssize_t n = (ssize_t)len;

	if (CALL(&c, getrandom) == SB_FORCE)
		call_draw(c.self, STREAM_ENTROPY, buf, len);
	else if (real_getrandom)
		n = real_getrandom(buf, len, flags);
	else
		n = sys3(SYS_getrandom, buf, len, flags);
	call_end(&c, n < 0 ? 0 : digest_bytes(buf, (size_t)n), len);
	return n;
}

EXPORT int getentropy(void *buf, size_t len)
{
	struct call c;
	int ret = 0;

	if (CALL(&c, getentropy) == SB_FORCE && len <= 256)
		call_draw(c.self, STREAM_ENTROPY, buf, len);
	else
		ret = real_getentropy(buf, len);
	call_end(&c, ret ? 0 : digest_bytes(buf, len), len);
	return ret;
}

EXPORT uint32_t arc4random(void)
{
	struct call c;
	uint32_t n;

	if (CALL(&c, arc4random) == SB_FORCE)
		call_draw(c.self, STREAM_ENTROPY, &n, sizeof(n));
	else
		n = real_arc4random();
	call_end(&c, digest_bytes(&n, sizeof(n)), sizeof(n));
	return n;
}

EXPORT void arc4random_buf(void *buf, size_t len)
{
	struct call c;

	if (CALL(&c, arc4random_buf) == SB_FORCE)
		call_draw(c.self, STREAM_ENTROPY, buf, len);
	else
		real_arc4random_buf(buf, len);
	call_end(&c, digest_bytes(buf, len), len);
}

/* Without bias: draws again below 2^32 mod bound (arc4random(3)). */
static uint32_t below(struct thread *self, uint32_t bound)
{
	uint32_t n, least = bound ? -bound % bound : 0;

	if (bound < 2)
		return 0;
	do
		call_draw(self, STREAM_ENTROPY, &n, sizeof(n));
	while (n < least);
	return n % bound;
}

EXPORT uint32_t arc4random_uniform(uint32_t bound)
{
	struct call c;
	uint32_t n;

	if (CALL(&c, arc4random_uniform) == SB_FORCE)
		n = below(c.self, bound);
	else
		n = real_arc4random_uniform(bound);
	call_end(&c, digest_bytes(&n, sizeof(n)), sizeof(n));
	return n;
}
