/* SPDX-License-Identifier: MIT */
#include "bound.h"
#include "process.h"
#include "banned.h"

#define STUBS 256 /* as in wrap/bound.S */
#define STUB_SIZE 16

extern const char bound_stubs[] __attribute__((visibility("hidden")));
/* Where each stub leads, by its number. */
void *bound_hooks[STUBS + 1] __attribute__((visibility("hidden")));

__thread struct bound_now bound_now;

static struct bound {
	const struct source *row;
	void *real;
} bound[STUBS + 1];
static uint32_t nbound;

/* A library that is loaded again at the same address gets the same stub. */
static uint32_t find(const struct source *row, const void *real)
{
	uint32_t n = __atomic_load_n(&nbound, __ATOMIC_ACQUIRE);

	for (uint32_t i = 1; i <= n; i++)
		if (bound[i].row == row && bound[i].real == real)
			return i;
	return 0;
}

static uint32_t add(const struct source *row, void *real)
{
	uint64_t mask = engine_lock();
	uint32_t i = find(row, real);

	if (!i && nbound < STUBS) {
		i = nbound + 1;
		bound[i] = (struct bound){ row, real };
		bound_hooks[i] = row->hook;
		__atomic_store_n(&nbound, i, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
	return i;
}

void *bound_to(struct source *row, void *real)
{
	uint32_t i = find(row, real);

	if (!i)
		i = add(row, real);
	return i ? (void *)(bound_stubs + STUB_SIZE * i) : NULL;
}

bool bound_is(const void *stub)
{
	const char *at = stub;

	return at > bound_stubs && at < bound_stubs + STUB_SIZE * (STUBS + 1);
}

void *bound_real(const struct source *row, uintptr_t ra)
{
	uint32_t i = bound_now.number;

	if (!i || bound_now.ra != ra || bound[i].row != row)
		return NULL;
	return bound[i].real;
}
