/* SPDX-License-Identifier: MIT */
/* std::random_device. Its default token reads RDRAND without any libc call, so
 * libstdc++'s own members are the place to stand. */
#include "call.h"
#include "real.h"
#include "banned.h"

#define MEMBER(id, mangled, type, text)                                        \
	EXPORT type id(const void *self) __asm__(mangled);                     \
	SOURCE(id, .group = "random_device", .policy = SB_FORCE,               \
	       .symbol = mangled, .optional = 1, .doc = text)

MEMBER(random_device, "_ZNSt13random_device9_M_getvalEv", unsigned,
       "C++ std::random_device");
MEMBER(random_device_pretr1, "_ZNSt13random_device16_M_getval_pretr1Ev",
       unsigned, "C++ std::random_device, old interface");
MEMBER(random_device_entropy, "_ZNKSt13random_device13_M_getentropyEv", double,
       "C++ std::random_device::entropy");

static unsigned draw(struct thread *self)
{
	unsigned n;

	call_draw(self, STREAM_RANDOM_DEVICE, &n, sizeof(n));
	return n;
}

EXPORT unsigned random_device(const void *self)
{
	struct call c;
	unsigned n = CALL(&c, random_device) == SB_FORCE
			     ? draw(c.self)
			     : REAL_HERE(random_device)(self);

	call_end(&c, digest_bytes(&n, sizeof(n)), sizeof(n));
	return n;
}

EXPORT unsigned random_device_pretr1(const void *self)
{
	struct call c;
	unsigned n = CALL(&c, random_device_pretr1) == SB_FORCE
			     ? draw(c.self)
			     : REAL_HERE(random_device_pretr1)(self);

	call_end(&c, digest_bytes(&n, sizeof(n)), sizeof(n));
	return n;
}

EXPORT double random_device_entropy(const void *self)
{
	struct call c;
	double bits = 32; /* what a full-entropy device answers */

	if (CALL(&c, random_device_entropy) != SB_FORCE)
		bits = REAL_HERE(random_device_entropy)(self);
	call_end(&c, (uint64_t)bits, 0);
	return bits;
}
