/* SPDX-License-Identifier: MIT */
/*
 * What contents.c knows of formats. A format says whether a file is one of
 * its, and tells where two differ. What it finds damaged, or does not read, it
 * leaves to the next one by -EBADMSG, with nothing said.
 */
#ifndef SAMEBITS_FORMAT_H
#define SAMEBITS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contents.h"

struct view {
	const char *data;
	size_t size;
};

typedef bool format_is(const struct view *v);
/* Sets c->are, text and details. 0 or -errno. */
typedef int format_compare(struct contents *c, const struct view *a,
			   const struct view *b, const struct tolerance *t);

format_is text_is, npy_is, zip_is, safetensors_is;
format_compare text_compare, npy_compare, zip_compare, safetensors_compare;
/* Any format, and as a last resort bytes. */
format_compare compare_views, compare_bytes;

/* One more line of text; 0 or -ENOMEM. */
int contents_say(struct contents *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
json_t *contents_details(struct contents *c);

/* Are the numbers near enough? t NULL: never. */
bool within(double a, double b, const struct tolerance *t);

/* ---- arrays of numbers (numbers.c) ---- */

enum number_kind { N_FLOAT, N_BFLOAT, N_INT, N_UINT, N_BOOL, N_COMPLEX };

struct array {
	enum number_kind kind;
	unsigned size; /* bytes of an element */
	bool swapped;  /* of the other byte order */
	bool fortran;  /* the first index runs fastest */
	unsigned dims;
	uint64_t shape[32];
	uint64_t count; /* elements */
	const char *data;
};

/*
 * Adds lines, each after `name` where there is one: how many elements differ,
 * the first, the largest difference. c->are becomes worse or stays.
 */
int array_compare(struct contents *c, const char *name, const struct array *a,
		  const struct array *b, const struct tolerance *t);

#endif
