/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "log.h"
#include "operation.h"
#include "process.h"
#include "stream.h"
#include "thread.h"
#include "banned.h"

#define OPERATIONS 512 /* those that PyTorch has are fewer */
#define NAME 128       /* of a longer one the beginning is written */

/* Digests of what the log has; entries are added under the lock. */
static uint64_t seen[OPERATIONS];
static unsigned nseen;

static bool known(uint64_t digest)
{
	unsigned n = __atomic_load_n(&nseen, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n; i++)
		if (seen[i] == digest)
			return true;
	return n == OPERATIONS;
}

static void write_record(const struct source *source, uint64_t digest,
			 const char *name, size_t length)
{
	static const char key[] = "op=";
	unsigned n = (unsigned)(length < NAME ? length : NAME);
	struct sb_shape *r;

	log_source(source);
	r = log_record(SB_SHAPE, (unsigned)(sizeof(*r) + sizeof(key) + n));
	if (!r)
		return;
	r->hash = digest;
	r->source = source->index;
	memcpy(r->text, key, sizeof(key) - 1);
	memcpy(r->text + sizeof(key) - 1, name, n);
	log_publish(r, SB_SHAPE);
	seen[nseen] = digest;
	__atomic_store_n(&nseen, nseen + 1, __ATOMIC_RELEASE);
}

uint64_t operation_seen(const struct source *source, const char *name,
			size_t length)
{
	uint64_t digest = digest_bytes(name, length), mask;

	if (!alive.yes || (thread_me && thread_me->busy) || known(digest))
		return digest;
	mask = engine_lock();
	if (!known(digest))
		write_record(source, digest, name, length);
	engine_unlock(mask);
	return digest;
}

void operations_forget(void)
{
	nseen = 0;
}
