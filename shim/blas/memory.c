/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <sys/mman.h>

#include "../sys.h"
#include "memory.h"

#define KEPT 64
#define PAGE 4096
#define LEAST (2 << 20) /* bytes: what is not touched costs nothing */

/* In the page before what is handed out. */
struct room {
	size_t size;
};

static _Atomic(struct room *) kept[KEPT];

static struct room *map(size_t size)
{
	struct room *r;
	long at;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + PAGE + LEAST - 1) / LEAST * LEAST;
	at = sys6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at < 0 && at >= -PAGE)
		return NULL;
	sys3(SYS_madvise, at, size, MADV_HUGEPAGE);
	r = (struct room *)at;
	r->size = size;
	return r;
}

static void unmap(struct room *r)
{
	sys2(SYS_munmap, r, r->size);
}

void *room_take(size_t size)
{
	struct room *r = NULL;

	for (int i = 0; i < KEPT; i++) {
		if (!atomic_load_explicit(&kept[i], memory_order_relaxed))
			continue;
		r = atomic_exchange(&kept[i], NULL);
		if (!r)
			continue;
		if (r->size - PAGE >= size)
			break;
		unmap(r);
		r = NULL;
	}
	if (!r)
		r = map(size);
	return r ? (char *)r + PAGE : NULL;
}

void room_give(void *room)
{
	struct room *r = (struct room *)((char *)room - PAGE), *none;

	for (int i = 0; i < KEPT; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(&kept[i], &none, r))
			return;
	}
	unmap(r);
}
