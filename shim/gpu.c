/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "gpu.h"
#include "real.h"
#include "runtime.h"
#include "shape.h"
#include "symtab.h"
#include "text.h"
#include "banned.h"

static int is_cudart(struct dl_phdr_info *info, size_t size, void *arg)
{
	const char *slash = strrchr(info->dlpi_name, '/');
	const char *base = slash ? slash + 1 : info->dlpi_name;

	(void)size;
	if (strncmp(base, "libcudart.so", 12))
		return 0;
	*(const void **)arg = symtab_dynamic(info);
	return 1;
}

void *gpu_cudart(const char *name, const void *ra)
{
	void *p = real_in_scope(name, ra);
	const void *inside = NULL;

	if (!p && real_iterate(is_cudart, &inside))
		p = scope_find(name, inside);
	return p;
}

void gpu_seen(const char *kind, const void *fn, uint64_t version)
{
	char said[48];
	struct text t = text_start(said, sizeof(said));

	if (!fn || runtime_number(kind, fn))
		return;
	text_add(&t, "version ");
	text_number(&t, version, 10, 1);
	runtime_seen(kind, fn, version ? said : NULL, 0);
}

unsigned gpu_stream(const void *stream)
{
	static const void *seen[256];
	const void *none;

	if (!stream)
		return 0;
	for (unsigned i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		none = NULL;
		if (__atomic_load_n(&seen[i], __ATOMIC_RELAXED) == stream ||
		    __atomic_compare_exchange_n(&seen[i], &none, stream, false,
						__ATOMIC_RELAXED,
						__ATOMIC_RELAXED) ||
		    none == stream)
			return i + 1;
	}
	return 0;
}

/* Those that were given a stream. */
static struct handle {
	const void *handle; /* NULL: free, but others may lie behind it */
	const void *stream;
} handles[512];
static unsigned nhandles; /* places that were ever taken */

static struct handle *handle_of(const void *handle)
{
	unsigned n = __atomic_load_n(&nhandles, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n; i++)
		if (__atomic_load_n(&handles[i].handle, __ATOMIC_ACQUIRE) ==
		    handle)
			return &handles[i];
	return NULL;
}

static struct handle *handle_room(void)
{
	struct handle *h = handle_of(NULL);

	if (h || nhandles == sizeof(handles) / sizeof(*handles))
		return h;
	__atomic_store_n(&nhandles, nhandles + 1, __ATOMIC_RELEASE);
	return &handles[nhandles - 1];
}

static void handle_add(const void *handle, const void *stream)
{
	uint64_t mask = engine_lock();
	struct handle *h = handle_of(handle);

	if (!h)
		h = handle_room();
	if (h) {
		__atomic_store_n(&h->stream, stream, __ATOMIC_RELAXED);
		__atomic_store_n(&h->handle, handle, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

void gpu_handle_stream(const void *handle, const void *stream)
{
	struct handle *h = handle ? handle_of(handle) : NULL;

	if (h)
		__atomic_store_n(&h->stream, stream, __ATOMIC_RELAXED);
	else if (handle)
		handle_add(handle, stream);
}

void gpu_handle_ends(const void *handle)
{
	struct handle *h = handle ? handle_of(handle) : NULL;

	if (h)
		__atomic_store_n(&h->handle, NULL, __ATOMIC_RELEASE);
}

unsigned gpu_stream_of(const void *handle)
{
	const struct handle *h = handle ? handle_of(handle) : NULL;

	return h ? gpu_stream(__atomic_load_n(&h->stream, __ATOMIC_RELAXED))
		 : 0;
}

bool gpu_said(const struct call *c, uint64_t hash)
{
	return !c->key->counter || c->self->busy || shape_known(hash);
}

void gpu_end(struct call *c, const struct source *row, uint64_t hash,
	     const char *text)
{
	if (!gpu_said(c, hash))
		shape_note(row, &(struct shape){ hash, 0 }, text);
	call_end(c, hash, 0);
}

uint64_t gpu_seed(uint64_t seed)
{
	return config.seeds_force ? mix64(config.seed, seed) : seed;
}
