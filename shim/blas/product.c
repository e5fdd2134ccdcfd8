/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "memory.h"
#include "pool.h"
#include "product.h"

#define LINE 64 /* bytes */
/* Blocks for caches as of a core of 2020 and later: a panel of B (k x nr) in
 * half of 32 KiB, a block of A (m x k) in half of 1 MiB, one of B in the part
 * of L3 that is a core's. */
#define BLOCK_K_BYTES 2560
#define BLOCK_A_BYTES (640 << 10)
#define BLOCK_N 2040
#define BLOCK_M 2048 /* of partial sums */
/* So few uses do not pay for packing. */
#define DIRECT 128
#define FEW 96
#define SMALL_K 32
#define SMALL_ROOM (TILE_BYTES + 2 * SMALL_K * PANEL_BYTES)

struct same_blocks same_blocks;

/* What is cut into panels along m: heights are whole vectors and differ by one
 * vector at most, so that no panel is mostly padding; the higher ones first. */
struct panels {
	int64_t count;
	int64_t low;	/* vectors of the low ones */
	int64_t higher; /* how many have one more */
};

struct sizes {
	int64_t m, n, k; /* of blocks */
	int64_t rows;	 /* of a block of A, in panels */
};

/* Operands are read as they lie: never, where rows lie beside each other, or
 * always (B alone: of A, vectors are read). */
enum direct { NEVER, ROWS, ANY };

/* A part of C that one thread makes. */
struct part {
	const struct product *p;
	const struct gemm_kernel *g;
	struct sizes block;
	int64_t i, j, m, n;
	enum direct direct_a, direct_b;
	char *a, *b, *sums; /* packed, and what chains have come to */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t parts_of(int64_t whole, int64_t part)
{
	return (whole + part - 1) / part;
}

static struct panels panels_of(const struct gemm_kernel *g, int64_t m)
{
	int64_t vectors = parts_of(m, g->lanes);
	int64_t count = parts_of(vectors, g->mv);

	return (struct panels){ count, vectors / count, vectors % count };
}

/* The vectors before a panel. */
static int64_t before(const struct panels *p, int64_t panel)
{
	return panel * p->low + least(panel, p->higher);
}

static struct sizes sizes_of(const struct gemm_kernel *g,
			     const struct product *p)
{
	struct sizes s = { same_blocks.m, same_blocks.n, same_blocks.k, 0 };
	int64_t high = g->mv * g->lanes;

	s.k = s.k ? s.k : BLOCK_K_BYTES / g->size;
	s.k = parts_of(p->k, most(parts_of(p->k, s.k), 1)); /* all alike */
	s.k = most(s.k, 1);
	s.n = s.n ? s.n : BLOCK_N;
	s.n = parts_of(least(s.n, p->n), g->nr) * g->nr;
	s.rows = same_blocks.m ? parts_of(same_blocks.m, high) :
				 BLOCK_A_BYTES / g->size / high / s.k;
	s.rows = most(s.rows, 1);
	s.m = same_blocks.m ? same_blocks.m : BLOCK_M;
	s.m = parts_of(least(s.m, p->m), g->lanes) * g->lanes;
	return s;
}

/* Is no element of this rectangle of C wanted? */
static bool outside(const struct product *p, int64_t i, int64_t m, int64_t j,
		    int64_t n)
{
	if (!p->finish.uplo)
		return false;
	return p->finish.uplo == 'L' ? i + m <= j : j + n <= i;
}

static bool inside(const struct product *p, int64_t i, int64_t m, int64_t j,
		   int64_t n)
{
	if (!p->finish.uplo)
		return true;
	return p->finish.uplo == 'L' ? i >= j + n : j >= i + m;
}

struct step { /* along k */
	int64_t at, length;
	bool last;
};

/* The steps of k that a tile has: those that its rows have in common, and those
 * where the diagonal of a triangle crosses it. */
struct reach {
	int64_t from, to;
	int64_t edge, edge_to;
	bool first, last; /* of the tile */
};

static struct reach reach_of(const struct view *a, const struct step *s,
			     int64_t i, int64_t m)
{
	int64_t end = s->at + s->length;
	struct reach r = { s->at, end, end, end, !s->at, s->last };

	if (!a->triangle)
		return r;
	r.edge = most(s->at, i);
	r.edge_to = least(end, i + m);
	if (a->triangle == 'L') {
		r.to = least(end, i);
		r.last = end >= i + m;
	} else {
		r.from = most(s->at, i + m);
		r.first = s->at <= i;
	}
	return r;
}

/* From a step of k on. */
static struct panel panel_at(const struct gemm_kernel *g,
			     const struct panel *a, int64_t k)
{
	int64_t real = g->plain ? g->size : g->size / 2;

	return (struct panel){ (const char *)a->at + k * a->step * real,
			       a->step, a->across };
}

/* The chains of a tile by one step of a triangle. */
static void triangle(const struct part *t, const struct reach *r, int64_t at,
		     int64_t i, int height, const struct panel *a,
		     const struct panel *b, char *sums)
{
	const struct gemm_kernel *g = t->g;
	int which = height / g->lanes - 1;
	bool upper = t->p->a.triangle == 'U', fresh = r->first;
	int64_t edge = r->edge_to - r->edge, whole = r->to - r->from;
	struct panel edge_a = panel_at(g, a, r->edge - at);
	struct panel edge_b = panel_at(g, b, r->edge - at);
	struct panel whole_a = panel_at(g, a, r->from - at);
	struct panel whole_b = panel_at(g, b, r->from - at);

	if (upper && edge > 0) {
		g->edge[which](true, r->edge - i, edge, &edge_a, &edge_b, sums,
			       fresh);
		fresh = false;
	}
	if (whole > 0) {
		g->micro[0][which](whole, &whole_a, &whole_b, sums, fresh,
				   &t->p->finish, NULL);
		fresh = false;
	}
	if (!upper && edge > 0)
		g->edge[which](false, r->edge - i, edge, &edge_a, &edge_b, sums,
			       fresh);
}

/* One tile: rows i.. of C, `height` of the panel. */
static void tile(const struct part *t, const struct step *step, int64_t i,
		 int64_t m, int height, int64_t j, int64_t n,
		 const struct panel *a, const struct panel *b, char *sums)
{
	const struct product *p = t->p;
	const struct gemm_kernel *g = t->g;
	char room[TILE_BYTES] __attribute__((aligned(LINE)));
	char *c = (char *)p->c +
		  (i * p->finish.rs + j * p->finish.cs) * g->size;
	bool whole = step->last && m == height && n == g->nr && g->plain &&
		     p->finish.rs == 1 && !p->finish.raw &&
		     inside(p, i, m, j, n);
	bool fresh = !step->at && !p->finish.raw;
	struct reach reach = reach_of(&p->a, step, i, m);

	if (outside(p, i, m, j, n))
		return;
	sums = sums ? sums : room;
	if (p->a.triangle) {
		triangle(t, &reach, step->at, i, height, a, b, sums);
		if (reach.last &&
		    (reach.from < reach.to || reach.edge < reach.edge_to))
			g->finish(sums, height, (int)m, (int)n, i - j,
				  &p->finish, c);
		return;
	}
	if (p->finish.raw && !step->at)
		g->load(sums, height, (int)m, (int)n, &p->finish, c);
	g->micro[p->turned][height / g->lanes - 1](step->length, a, b, sums,
						   fresh, &p->finish, whole ? c : NULL);
	if (step->last && !whole)
		g->finish(sums, height, (int)m, (int)n, i - j, &p->finish, c);
}

/* Can a tile read rows i.. of the matrix itself? */
static bool readable(const struct gemm_kernel *g, const struct view *v,
		     enum direct direct, int64_t rows, int height)
{
	return g->plain && direct >= (v->rs == 1 ? ROWS : ANY) &&
	       rows == height && !v->mirror && !v->negate && !v->unit;
}

/* Rows i.. of an operand for one step: as they lie, or packed into `room`. */
static struct panel panel_of(const struct part *t, const struct view *v,
			     enum direct direct, const struct step *step,
			     int64_t i, int64_t rows, int height, char *room)
{
	if (readable(t->g, v, direct, rows, height))
		return (struct panel){ (const char *)v->at +
					       (i * v->rs + step->at * v->cs) *
						       t->g->size,
				       v->cs, v->rs };
	return (struct panel){ room, t->g->plain ? height : 2 * height, 1 };
}

static void pack(const struct part *t, const struct view *v, enum direct direct,
		 const struct step *step, int64_t i, int64_t rows, int height,
		 char *room)
{
	struct reach r = reach_of(v, step, i, rows);
	int64_t from = v->triangle ? least(r.from, r.edge) : r.from;
	int64_t to = v->triangle ? most(r.to, r.edge_to) : r.to;

	if (to <= from || readable(t->g, v, direct, rows, height))
		return;
	room += (from - step->at) * height * t->g->size;
	t->g->pack(v, i, (int)rows, height, from, to - from, room);
}

/* A panel of A: its rows within the rectangle, and its place in t->a. */
struct slice {
	int64_t row, rows;
	int height;
	size_t at;
};

static struct slice slice_of(const struct part *t, const struct step *step,
			     const struct panels *p, int64_t first,
			     int64_t panel, int64_t m)
{
	const struct gemm_kernel *g = t->g;
	int64_t at = before(p, panel);
	struct slice s = { .row = at * g->lanes };

	s.height = (int)(before(p, panel + 1) - at) * g->lanes;
	s.rows = least(s.height, m - s.row);
	s.at = (size_t)((at - before(p, first)) * g->lanes * step->length *
			g->size);
	return s;
}

/* A block of A times a block of B. */
static void block(const struct part *t, const struct step *step,
		  const struct panels *p, int64_t first, int64_t end,
		  int64_t i, int64_t m, int64_t j, int64_t n)
{
	const struct gemm_kernel *g = t->g;
	int64_t wide = parts_of(n, g->nr) * g->nr, width;
	struct panel a, b;
	struct slice s;
	char *sums = NULL;

	if (t->sums) /* in the order of use: a tile fetches the next one's */
		sums = t->sums + before(p, first) * g->lanes * wide * g->size;
	for (int64_t c = 0; c < n; c += g->nr) {
		width = least(g->nr, n - c);
		b = panel_of(t, &t->p->b, t->direct_b, step, j + c, width,
			     g->nr, t->b + c * step->length * g->size);
		for (int64_t r = first; r < end; r++) {
			s = slice_of(t, step, p, first, r, m);
			a = panel_of(t, &t->p->a, t->direct_a, step, i + s.row,
				     s.rows, s.height, t->a + s.at);
			tile(t, step, i + s.row, s.rows, s.height, j + c,
			     width, &a, &b, sums);
			if (sums)
				sums += s.height * g->nr * g->size;
		}
	}
}

static void pack_b(const struct part *t, const struct step *step, int64_t j,
		   int64_t n)
{
	const struct gemm_kernel *g = t->g;

	for (int64_t c = 0; c < n; c += g->nr)
		pack(t, &t->p->b, t->direct_b, step, j + c, least(g->nr, n - c),
		     g->nr, t->b + c * step->length * g->size);
}

static void pack_a(const struct part *t, const struct step *step,
		   const struct panels *p, int64_t first, int64_t end,
		   int64_t i, int64_t m)
{
	for (int64_t r = first; r < end; r++) {
		struct slice s = slice_of(t, step, p, first, r, m);

		pack(t, &t->p->a, t->direct_a, step, i + s.row, s.rows,
		     s.height, t->a + s.at);
	}
}

/* A rectangle of C whose partial sums have room. */
static void rectangle(const struct part *t, int64_t i, int64_t m, int64_t j,
		      int64_t n, bool packed)
{
	struct panels p = panels_of(t->g, m);
	int64_t k = t->p->k, end;

	for (struct step s = { 0 }; !s.last; s.at += s.length) {
		s.length = least(t->block.k, k - s.at);
		s.last = s.at + s.length == k;
		if (!packed)
			pack_b(t, &s, j, n);
		for (int64_t r = 0; r < p.count; r = end) {
			end = least(r + t->block.rows, p.count);
			pack_a(t, &s, &p, r, end, i, m);
			block(t, &s, &p, r, end, i, m, j, n);
		}
	}
}

static void do_part(const struct part *t)
{
	int64_t m, n;

	for (int64_t j = 0; j < t->n; j += n) {
		n = least(t->block.n, t->n - j);
		for (int64_t i = 0; i < t->m; i += m) {
			m = least(t->block.m, t->m - i);
			if (!outside(t->p, t->i + i, m, t->j + j, n))
				rectangle(t, t->i + i, m, t->j + j, n,
					  i && !t->sums && !t->p->finish.uplo);
		}
	}
}

static size_t lines(int64_t bytes)
{
	return (size_t)parts_of(bytes, LINE) * LINE;
}

/* There is no memory: tile by tile, slowly. */
static void without_room(struct part *t)
{
	const struct gemm_kernel *g = t->g;
	int64_t high = g->mv * g->lanes * g->size;
	char room[SMALL_ROOM] __attribute__((aligned(LINE)));

	t->block.m = g->mv * g->lanes;
	t->block.n = g->nr;
	t->block.rows = 1;
	t->block.k = least(t->block.k, SMALL_K);
	t->sums = room;
	t->a = room + TILE_BYTES;
	t->b = t->a + lines(high * SMALL_K);
	_Static_assert(SMALL_ROOM >= TILE_BYTES +
		       SMALL_K * (PANEL_BYTES + PANEL_BYTES), "for all tiles");
	do_part(t);
}

struct grid {
	const struct product *p;
	const struct gemm_kernel *g;
	int64_t m, n; /* of a part */
	int64_t down;
};

static void grid_work(void *arg, int64_t task)
{
	struct grid *grid = arg;
	const struct gemm_kernel *g = grid->g;
	struct part t = { .p = grid->p, .g = g };
	size_t a, b, sums;
	char *room;

	t.block = sizes_of(g, t.p);
	t.i = task % grid->down * grid->m;
	t.j = task / grid->down * grid->n;
	t.m = least(grid->m, t.p->m - t.i);
	t.n = least(grid->n, t.p->n - t.j);
	if (t.m <= 0 || t.n <= 0 || outside(t.p, t.i, t.m, t.j, t.n))
		return;
	t.direct_a = t.n <= DIRECT ? ROWS : NEVER;
	t.direct_b = t.m <= FEW ? ANY : t.m <= DIRECT ? ROWS : NEVER;
	t.block.m = least(t.block.m, parts_of(t.m, g->lanes) * g->lanes);
	t.block.n = least(t.block.n, parts_of(t.n, g->nr) * g->nr);
	a = lines(t.block.rows * g->mv * g->lanes * t.block.k * g->size);
	b = lines(t.block.n * t.block.k * g->size);
	sums = t.block.k < t.p->k ? lines(t.block.m * t.block.n * g->size) : 0;
	room = room_take(a + b + sums);
	if (!room) {
		without_room(&t);
		return;
	}
	t.a = room;
	t.b = room + a;
	t.sums = sums ? room + a + b : NULL;
	do_part(&t);
	room_give(room);
}

/* Parts as square as they go, one for each thread; few threads take few. */
static void cut(struct grid *grid, unsigned threads)
{
	int64_t m = grid->p->m, n = grid->p->n, across = 1;
	double best = 0, cost;

	grid->down = 1;
	for (unsigned down = 1; down <= threads; down++) {
		int64_t side = threads / down;

		cost = 1 / ((double)m / down) + 1 / ((double)n / (double)side) +
		       1.0 / (double)(down * side);
		if (!best || cost < best) {
			best = cost;
			grid->down = down;
			across = side;
		}
	}
	grid->m = parts_of(parts_of(m, grid->down), grid->g->lanes) *
		  grid->g->lanes;
	grid->n = parts_of(parts_of(n, across), grid->g->nr) * grid->g->nr;
	grid->down = parts_of(m, grid->m);
}

/* The same product with rows and columns exchanged. */
static struct product turned(const struct product *p)
{
	struct product t = *p;

	t.m = p->n;
	t.n = p->m;
	t.a = p->b;
	t.b = p->a;
	t.finish.rs = p->finish.cs;
	t.finish.cs = p->finish.rs;
	if (p->finish.uplo)
		t.finish.uplo = p->finish.uplo == 'L' ? 'U' : 'L';
	t.turned = !p->turned;
	return t;
}

/* Tiles are high where C is contiguous; and where few rows would mostly be
 * padding, the other way round. */
static bool better_turned(const struct product *p, const struct gemm_kernel *g)
{
	double as_is = (double)parts_of(p->m, g->lanes) * g->lanes *
		       (double)parts_of(p->n, g->nr) * g->nr;
	double other = (double)parts_of(p->n, g->lanes) * g->lanes *
		       (double)parts_of(p->m, g->nr) * g->nr;

	if (p->a.triangle)
		return false;
	/* Turned, B would be packed for few rows; as it is, it is read as it
	 * lies, though most of a vector may be padding. */
	if (g->plain && p->m <= 2 * g->lanes && p->b.cs == 1 &&
	    p->finish.rs == 1 && !p->b.mirror && !p->b.negate)
		return false;
	if (p->finish.rs != 1 && p->finish.cs == 1)
		return as_is * 1.5 > other;
	return as_is > other * 1.5;
}

void product(const struct product *p)
{
	const struct gemm_kernel *g = kernels->gemm[p->type];
	int64_t work = same_blocks.work ? same_blocks.work : SHARED_WORK;
	struct product t = better_turned(p, g) ? turned(p) : *p;
	struct grid grid = { .p = &t, .g = g };
	unsigned threads = pool_threads();

	if ((double)p->m * (double)p->n * (double)p->k < (double)work)
		threads = 1;
	else if (p->finish.uplo || p->a.triangle) /* of unequal work */
		threads *= threads > 1 ? 4 : 1;
	cut(&grid, threads);
	pool_run(grid.down * parts_of(t.n, grid.n), grid_work, &grid);
}
