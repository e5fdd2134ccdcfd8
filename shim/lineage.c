/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lineage.h"
#include "stream.h"
#include "text.h"
#include "banned.h"

uint64_t lineage_root(const char *path)
{
	return digest_string(path);
}

bool lineage_is_root(const char *path)
{
	return !strchr(path, '/');
}

/* A path that fits hashes as itself, so that a process which only knows its
 * own path agrees with the parent that named it. */
static uint64_t hash(const char *path, int size, const struct text *t,
		     uint64_t parent, uint64_t n)
{
	return t->at - path < size - 1 ? lineage_root(path) : mix64(parent, n);
}

uint64_t lineage_process(char *out, int size, const char *parent,
			 uint64_t parent_hash, const char *thread, uint64_t n)
{
	struct text t = text_start(out, size);

	text_add(&t, parent);
	text_add(&t, "/");
	text_add(&t, thread);
	text_add(&t, ".");
	text_number(&t, n, 10, 1);
	return hash(out, size, &t, mix64(parent_hash, digest_string(thread)),
		    n);
}

uint64_t lineage_thread(char *out, int size, const char *parent,
			uint64_t parent_hash, uint64_t n)
{
	struct text t = text_start(out, size);

	text_add(&t, parent);
	text_add(&t, ".");
	text_number(&t, n, 10, 1);
	return hash(out, size, &t, parent_hash, n);
}
