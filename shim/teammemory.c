/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/mman.h>

#include "sys.h"
#include "team.h"
#include "banned.h"

/* Powers of two; larger blocks are mapped each. */
#define LEAST 6
#define MOST 16
#define CHUNK (1u << 18)

struct free_block {
	struct free_block *next;
};
static struct free_block *free_blocks[MOST + 1];
static char *chunk, *chunk_end;
static int word;

static unsigned class_of(size_t size)
{
	unsigned k = LEAST;

	while (k <= MOST && (size_t)1 << k < size)
		k++;
	return k;
}

static void *map(size_t size)
{
	long p = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static const char message[] =
		"samebits: no memory for an OpenMP region\n";

	if (p > 0 || p < -4095)
		return (void *)p;
	sys3(SYS_write, 2, message, sizeof(message) - 1);
	sys1(SYS_exit_group, 1);
	__builtin_unreachable();
}

/* Chunks are aligned to their size, so blocks are to theirs. */
static char *cut(size_t size)
{
	char *p, *start;

	chunk = (char *)(((uintptr_t)chunk + size - 1) & ~(size - 1));
	if (!chunk || chunk + size > chunk_end) {
		p = map(2 * CHUNK);
		start = (char *)(((uintptr_t)p + CHUNK - 1) &
				 ~(uintptr_t)(CHUNK - 1));
		chunk = start;
		chunk_end = p + 2 * CHUNK;
	}
	p = chunk;
	chunk += size;
	return p;
}

static void lock(void)
{
	while (__atomic_exchange_n(&word, 1, __ATOMIC_ACQUIRE))
		sys0(SYS_sched_yield);
}

static void unlock(void)
{
	__atomic_store_n(&word, 0, __ATOMIC_RELEASE);
}

void *team_memory(size_t size)
{
	unsigned k = class_of(size);
	struct free_block *p;

	if (k > MOST)
		return map(size);
	lock();
	p = free_blocks[k];
	if (p)
		free_blocks[k] = p->next;
	else
		p = (struct free_block *)(void *)cut((size_t)1 << k);
	unlock();
	return memset(p, 0, size);
}

void team_memory_free(void *p, size_t size)
{
	struct free_block *b = p;
	unsigned k = class_of(size);

	if (!p)
		return;
	if (k > MOST) {
		sys2(SYS_munmap, p, size);
		return;
	}
	lock();
	b->next = free_blocks[k];
	free_blocks[k] = b;
	unlock();
}

void team_memory_forked(void)
{
	word = 0;
}
