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
