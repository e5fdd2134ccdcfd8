/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "calls.h"

const struct routine routines[] = {
#define ROUTINE(f, c, type, kind, words, doc) { #f, #c, words, type, kind },
#include "blas.def"
};
const unsigned nroutines = sizeof(routines) / sizeof(*routines);

struct named named(unsigned i)
{
	struct named n = { .routine = &routines[i / 2], .c = i % 2 };

	snprintf(n.text, sizeof(n.text), n.c ? "cblas_%s" : "%s_",
		 n.c ? n.routine->c : n.routine->name);
	return n;
}

uint64_t random_next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(uint64_t *seed, int n)
{
	return (int)(random_next(seed) % (unsigned)n);
}

static bool is_double(const struct routine *r)
{
	return r->type == D || r->type == Z;
}

static bool is_complex(const struct routine *r)
{
	return r->type == C || r->type == Z;
}

unsigned element_size(const struct routine *r, int array)
{
	static const unsigned size[] = { [S] = 4, [D] = 8, [C] = 8, [Z] = 16,
					 [B] = 2 };

	/* The result of bfloat16 operands is a float. */
	return r->type == B && array == 2 ? 4 : size[r->type];
}

/* Numbers from -1 to 1, none of them 0. */
static void fill(struct random_call *c, int array, uint64_t *seed)
{
	const struct routine *r = c->routine;

	for (size_t i = 0; i < sizeof(c->array[0]) / 8; i++) {
		int32_t n = (int32_t)random_next(seed) | 1;
		double d = n / 2147483648.0;
		float f = (float)d;
		char *at = c->array[array] + i * 8;

		if (r->type == B && array < 2) /* their upper halves */
			for (int k = 0; k < 4; k++)
				memcpy(at + 2 * k, (char *)&f + 2, 2);
		else if (is_double(r))
			memcpy(at, &d, 8);
		else
			memcpy(at, (float[]){ f, f / 2 }, 8);
	}
}

struct draw {
	struct random_call *c;
	uint64_t *seed;
	int most;
};

static void put_word(struct random_call *c, uint64_t word)
{
	c->word[c->words++] = word;
}

static void put_size(struct draw *d, int at, int32_t value)
{
	struct random_call *c = d->c;

	c->size[at] = value;
	put_word(c, c->c ? (uint64_t)(uint32_t)value
			 : (uint64_t)(uintptr_t)&c->size[at]);
}

static bool is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(word, name, len);
}

static void draw_option(struct draw *d, int at, const char *word, size_t len)
{
	struct random_call *c = d->c;
	struct operands *o = &c->operands;
	static const struct {
		const char *letters;
		int numbers[3];
	} choice[] = {
		{ "NTC", { 111, 112, 113 } },
		{ "UL", { 121, 122 } },
		{ "NU", { 131, 132 } },
		{ "LR", { 141, 142 } },
	};
	int which = is(word, len, "uplo")   ? 1
		    : is(word, len, "diag") ? 2
		    : is(word, len, "side") ? 3 : 0;
	const char *letters = choice[which].letters;
	int i = below(d->seed, (int)strlen(letters));

	/* Of symmetric updates only these are defined. */
	if (!which && is_complex(c->routine) &&
	    (c->routine->kind == SYRK || c->routine->kind == SYR2K))
		i = i == 0 ? 0 : strstr(c->routine->words, "%beta") ? 2 : 1;
	c->letter[at] = (char)(letters[i] | (below(d->seed, 2) ? 0x20 : 0));
	if (which == 1)
		o->uplo = letters[i];
	else if (which == 2)
		o->diag = letters[i];
	else if (which == 3)
		o->side = letters[i];
	else if (is(word, len, "transb"))
		o->transb = letters[i];
	else
		o->transa = letters[i];
	put_word(c, c->c ? (uint64_t)choice[which].numbers[i]
			 : (uint64_t)(uintptr_t)&c->letter[at]);
}

static void draw_scalar(struct draw *d, int at, const char *word, size_t len)
{
	static const double some[] = { 0, 1, -1, 0.375, -1.625, 2 };
	struct random_call *c = d->c;
	const struct routine *r = c->routine;
	bool real = *word == '%' || !is_complex(r);
	double v[2] = { some[below(d->seed, 6)], some[below(d->seed, 6)] };
	float f[2] = { (float)v[0], (float)v[1] };
	size_t size = is_double(r) ? 8 : 4;
	int which = is(word + 1, len - 1, "beta") ||
		    is(word + 1, len - 1, "s");

	memcpy(c->scalar[at], is_double(r) ? (void *)v : (void *)f, 2 * size);
	memcpy(c->operands.scalar[which], c->scalar[at],
	       real ? size : 2 * size);
	if (c->c && real)
		memcpy(&c->vector[c->vectors++], c->scalar[at], size);
	else
		put_word(c, (uint64_t)(uintptr_t)c->scalar[at]);
}

static void draw_size(struct draw *d, int at, const char *word, size_t len)
{
	static const int32_t steps[] = { 1, 1, 2, -1, -2, 3 };
	struct operands *o = &d->c->operands;
	/* Enough for any of the others. */
	int32_t ld = 2 * d->most + 1 + below(d->seed, 4);
	int32_t n = below(d->seed, d->most + 1), step = steps[below(d->seed, 6)];

	if (is(word, len, "m"))
		o->m = n;
	else if (is(word, len, "n"))
		o->n = n;
	else if (is(word, len, "k"))
		o->k = n;
	else if (is(word, len, "kl"))
		o->kl = n = o->m ? n % (int32_t)o->m : 0;
	else if (is(word, len, "ku"))
		o->ku = n = o->n ? n % (int32_t)o->n : 0;
	else if (is(word, len, "incx"))
		o->inc[0] = n = step;
	else if (is(word, len, "incy"))
		o->inc[1] = n = step;
	else
		o->ld[word[2] - 'a'] = n = ld;
	put_size(d, at, n);
}

static void draw_word(struct draw *d, int at, const char *word, size_t len)
{
	struct random_call *c = d->c;

	if (is(word, len, "order")) {
		c->operands.row_major = below(d->seed, 2);
		put_word(c, c->operands.row_major ? 101 : 102);
	} else if (*word == '-') {
		fill(c, c->arrays, d->seed);
		c->operands.array[c->arrays] = c->array[c->arrays];
		put_word(c, (uint64_t)(uintptr_t)c->array[c->arrays++]);
	} else if (*word == '@') {
		draw_option(d, at, word + 1, len - 1);
	} else if (*word == '$' || *word == '%') {
		draw_scalar(d, at, word, len);
	} else {
		draw_size(d, at, word, len);
	}
}

void call_random(struct random_call *c, const struct routine *r, bool by_c,
		 bool small, uint64_t *seed)
{
	struct draw d = { c, seed, small ? 4 : MOST_SIZE };
	const char *word = r->words;

	memset(c, 0, sizeof(*c));
	c->routine = r;
	c->c = by_c;
	c->operands.kind = r->kind;
	c->operands.type = r->type;
	for (int at = 0; *word; at++) {
		size_t len = strcspn(word, " ");

		if (by_c || !is(word, len, "order"))
			draw_word(&d, at, word, len);
		word += len + (word[len] == ' ');
	}
	c->operands.arrays = (uint8_t)c->arrays;
	/* Fortran's lengths of letters; C's place for a complex result. */
	if (!by_c)
		c->word[c->words] = c->word[c->words + 1] = 1;
	else
		c->word[c->words] = (uint64_t)(uintptr_t)c->array[3];
}

struct returned call_make(struct random_call *c, void *fn)
{
	typedef double _Complex call_fn(
		double, double, double, double, double, double, double, double,
		uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
		uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
		uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
	typedef uint64_t index_fn(uint64_t, uint64_t, uint64_t);
	const uint64_t *w = c->word;
	const double *v = c->vector;
	struct returned r = { 0 };

	if (c->routine->kind == INDEX)
		r.rax = (uint32_t)((index_fn *)fn)(w[0], w[1], w[2]);
	else
		r.xmm = ((call_fn *)fn)(v[0], v[1], v[2], v[3], v[4], v[5],
					v[6], v[7], w[0], w[1], w[2], w[3],
					w[4], w[5], w[6], w[7], w[8], w[9],
					w[10], w[11], w[12], w[13], w[14],
					w[15], w[16], w[17]);
	return r;
}
