/* SPDX-License-Identifier: MIT */
/*
 * What differs before a program's first instruction. Address randomisation is
 * turned off by the launcher, hash seeds are set through the environment; the
 * 16 random bytes that the kernel leaves on the stack are overwritten here.
 */
#include <sys/auxv.h>

#include "call.h"
#include "wrap.h"
#include "banned.h"

SOURCE_ROW(at_random, .group = "memory", .policy = SB_FORCE,
	   .doc = "16 random bytes on the initial stack (AT_RANDOM)");

void memory_start(void)
{
	void *bytes = (void *)getauxval(AT_RANDOM);
	struct call c;

	if (!bytes)
		return;
	if (CALL(&c, at_random) == SB_FORCE)
		call_draw(c.self, STREAM_MEMORY, bytes, 16);
	call_end(&c, c.key->policy == SB_FORCE
			     ? digest_bytes(bytes, 16) : 0, 16);
}
