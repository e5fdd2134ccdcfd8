/* SPDX-License-Identifier: MIT */
/* Calls of BLAS with random sizes, options, strides and scalars. */
#ifndef SAMEBITS_TEST_CALLS_H
#define SAMEBITS_TEST_CALLS_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

#include "operand.h"

struct routine {
	const char *name, *c, *words;
	enum number_type type;
	enum operand_kind kind;
};
extern const struct routine routines[];
extern const unsigned nroutines;

#ifndef ROOM
#define ROOM 2048     /* elements of an array */
#define MOST_SIZE 17 /* of a matrix */
#endif
#define MOST 18	  /* words of a signature */

/* One call, ready to be made: by its Fortran name, or by C's. */
struct random_call {
	const struct routine *routine;
	bool c;
	uint64_t word[MOST + 2]; /* in integer registers and on the stack */
	double vector[8];
	int32_t size[MOST];
	char letter[MOST];
	char scalar[MOST][16];
	int words, vectors;
	struct operands operands;
	int arrays;
	_Alignas(16) char array[4][ROOM * 16];
};

/* Draws from *seed, which it moves on. `small`: sizes up to 4. */
void call_random(struct random_call *c, const struct routine *r, bool by_c,
		 bool small, uint64_t *seed);
/* What it returned, in rax (as a number) and in the first vector registers. */
struct returned {
	uint64_t rax;
	double _Complex xmm;
};
struct returned call_make(struct random_call *c, void *fn);
uint64_t random_next(uint64_t *seed);
/* The i-th name of all: of each routine Fortran's, then C's. */
struct named {
	const struct routine *routine;
	bool c;
	char text[64];
};
struct named named(unsigned i);
/* Bytes of an element. */
unsigned element_size(const struct routine *r, int array);

#endif
