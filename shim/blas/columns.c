/* SPDX-License-Identifier: MIT */
#include "columns.h"
#include "memory.h"
#include "pool.h"

#define SHARED_WORK (1 << 17) /* of elements, from which on threads help */
#define ALIKE 64	      /* rows: parts begin at multiples */

struct columns columns_dense(const void *a, int64_t lda, int64_t m, int64_t n)
{
	return (struct columns){
		.at = a, .ld = lda, .m = m, .n = n, .above = n, .below = m
	};
}

struct columns columns_stored(enum same_type type, const struct storage *s,
			      bool strict)
{
	bool upper = s->uplo == 'U';
	struct columns c = columns_dense(s->a, s->lda, s->n, s->n);

	if (s->band) {
		c.at = (const char *)s->a +
		       (upper ? s->k * kernels->gemm[type]->size : 0);
		c.ld--;
		c.above = c.below = s->k;
	} else if (!s->lda) {
		c.ld = upper ? 0 : s->n;
		c.curve = upper ? 1 : -1;
	}
	*(upper ? &c.below : &c.above) = strict ? -1 : 0;
	return c;
}

struct line in_a_row(enum same_type type, struct line x, int64_t n, void **room)
{
	*room = NULL;
	if (x.inc != 1)
		*room = room_take((size_t)(n * kernels->gemm[type]->size));
	if (!*room)
		return x;
	same_copy(type, n, line_first(type, x, n), x.inc, *room, 1);
	return (struct line){ *room, 1 };
}

int64_t part_of(int64_t length, double work, int64_t parts)
{
	int64_t least = same_blocks.work ? same_blocks.work : SHARED_WORK;
	int64_t threads = pool_threads();

	if (threads == 1 || work < (double)least)
		return length;
	threads *= parts;
	return ((length + threads - 1) / threads + ALIKE - 1) / ALIKE * ALIKE;
}
