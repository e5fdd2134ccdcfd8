/* SPDX-License-Identifier: MIT */
#include "operation.h"
#include "process.h"
#include "shape.h"
#include "stream.h"
#include "text.h"
#include "thread.h"
#include "banned.h"

#define NAME 128 /* of a longer one the beginning is written */

uint64_t operation_seen(const struct source *source, const char *name,
			size_t length)
{
	const struct shape shape = { digest_bytes(name, length) | 1, 0 };
	char said[sizeof("op=") + NAME];
	struct text t = text_start(said, sizeof(said));

	if (!alive.yes || (thread_me && thread_me->busy) ||
	    shape_known(shape.hash))
		return shape.hash;
	text_add(&t, "op=");
	for (size_t i = 0; i < length; i++)
		text_add(&t, (char[]){ name[i], 0 });
	shape_note(source, &shape, said);
	return shape.hash;
}
