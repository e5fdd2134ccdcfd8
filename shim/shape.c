/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "log.h"
#include "process.h"
#include "shape.h"
#include "banned.h"

struct shape shapes[SHAPES];
static unsigned nshapes;

static void write_record(const struct source *row, uint64_t hash,
			 const char *said)
{
	struct sb_shape *s;

	log_source(row);
	s = log_record(SB_SHAPE, (unsigned)(sizeof(*s) + strlen(said) + 1));
	if (!s)
		return;
	s->hash = hash;
	s->source = row->index;
	memcpy(s->text, said, strlen(said) + 1);
	log_publish(s, SB_SHAPE);
}

void shape_note(const struct source *row, const struct shape *shape,
		const char *text)
{
	uint64_t mask = engine_lock();
	struct shape *place = shape_place(shape->hash);

	if (!place->hash && nshapes < SHAPES * 3 / 4) {
		nshapes++;
		write_record(row, shape->hash, text);
		place->work = shape->work;
		__atomic_store_n(&place->hash, shape->hash, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

void shapes_forget(void)
{
	memset(shapes, 0, sizeof(shapes));
	nshapes = 0;
}
