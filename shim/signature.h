/* SPDX-License-Identifier: MIT */
/*
 * Reads the arguments of a call by the words of blas.def and calls.def: what
 * they are called, and where they lie in registers or on the stack.
 */
#ifndef SAMEBITS_SIGNATURE_H
#define SAMEBITS_SIGNATURE_H

#include "entry.h"
#include "gpu.h"
#include "operand.h"
#include "text.h"

/* A routine as it is described there. */
struct routine {
	const char *name, *c, *words;
	struct source *row;
	uint8_t type, kind; /* enum number_type, operand_kind */
};

enum how {
	REG32, REG64, MEM32, MEM64, LETTER, OPTION, STREAM, HANDLE,
	WORD, /* from here on: no part of the shape */
	BITS32, BITS64,
};

struct argument {
	uint8_t how;
	uint8_t at;   /* the n-th word, or vector register */
	uint8_t role; /* for operands */
	uint8_t length; /* of its name */
	uint8_t field;	/* of operands: where it stands there; 0: nowhere */
	const char *name;
};

#define ARGUMENTS 24
struct plan {
	uint8_t n, sizes; /* the first ones make the shape */
	uint8_t ready;
	struct argument argument[ARGUMENTS];
};

/* c: C's calling convention; wide: integers have 8 bytes. */
void plan_make(struct plan *p, const struct routine *r, bool c, bool wide);

/* One call, as it stands in registers and on the stack. */
struct look {
	const struct entry_frame *frame;
	const uint64_t *stack;
	const struct plan *plan;
	const char *name; /* where the plan does not tell it; else NULL */
};

static inline uint64_t word(const struct look *l, unsigned at)
{
	return at < 6 ? l->frame->reg[at] : l->stack[at - 6];
}

static inline int64_t value(const struct look *l, const struct argument *a)
{
	uint64_t w = word(l, a->at);

	if (__builtin_expect(a->how == MEM32, 1)) /* Fortran's: no table */
		return *(const int32_t *)w;
	switch (a->how) {
	case MEM64:
		return *(const int64_t *)w;
	case LETTER:
		return *(const char *)w;
	case REG64:
		return (int64_t)w;
	case STREAM:
		return gpu_stream((const void *)w);
	case HANDLE:
		return gpu_stream_of((const void *)w);
	default:
		return (int32_t)w;
	}
}

/* Names are looked up by routine and number: a shape of 64-bit sizes is the
 * same shape. Sums of products: no step waits for the one before. */
static inline uint64_t shape_hash(const struct look *l, uint64_t seed)
{
	const struct argument *a = l->plan->argument;
	const struct argument *end = a + l->plan->sizes;
	uint64_t hash = seed, odd = 0x9e3779b97f4a7c15u;

	for (; a < end; a++) {
		hash += (uint64_t)value(l, a) * odd;
		odd += 0x5851f42d4c957f2eu;
	}
	/* Moved: else there would be one hash for all that have no sizes. */
	return digest_word(hash, seed << 1) | 1;
}

bool is_complex(const struct routine *r);
/* Sizes and options of the call. */
void operands_of(struct operands *o, const struct look *l,
		 const struct routine *r);
/* What else its operands are, for whom they are looked at. */
void operands_arrays(struct operands *o, const struct look *l,
		     const struct routine *r);
/* 'N', 'T', 'U' and so on; '?': what C says is no option. */
char option_letter(const struct argument *a, int64_t v);
/* "m=3 n=4 ", the sizes and options in their order. */
void signature_text(struct text *t, const struct look *l);

#endif
