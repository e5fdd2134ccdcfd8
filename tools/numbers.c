/* SPDX-License-Identifier: MIT */
/* Arrays of numbers, element by element. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

/* By name of type and shape: "float32 (3, 4)". */
static void array_name(const struct array *a, char *out, size_t size)
{
	static const char *const kind[] = {
		[N_FLOAT] = "float", [N_BFLOAT] = "bfloat",
		[N_INT] = "int",     [N_UINT] = "uint",
		[N_BOOL] = "bool",   [N_COMPLEX] = "complex",
	};
	int n = snprintf(out, size, "%s", kind[a->kind]);

	if (a->kind != N_BOOL)
		n += snprintf(out + n, size - (size_t)n, "%u", a->size * 8);
	n += snprintf(out + n, size - (size_t)n, " (");
	for (unsigned i = 0; i < a->dims && (size_t)n < size - 24; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%" PRIu64,
			      i ? ", " : "", a->shape[i]);
	snprintf(out + n, size - (size_t)n, ")");
}

/* The bytes of a part of an element as a number of its size. */
static uint64_t bits(const char *at, unsigned size, bool swapped)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < size; i++)
		n |= (uint64_t)(unsigned char)at[swapped ? size - 1 - i : i]
		     << (8 * i);
	return n;
}

static double half(uint64_t h)
{
	int e = (int)(h >> 10 & 31);
	double m = (double)(h & 1023), v;

	if (e == 31)
		v = m ? NAN : INFINITY;
	else
		v = e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
	return h >> 15 ? -v : v;
}

static double value(const struct array *a, uint64_t n, unsigned size)
{
	uint32_t word = (uint32_t)n;
	float f;
	double d;

	switch (a->kind) {
	case N_BFLOAT:
		word <<= 16;
		memcpy(&f, &word, 4);
		return (double)f;
	case N_FLOAT:
	case N_COMPLEX:
		if (size == 2)
			return half(n);
		if (size == 4) {
			memcpy(&f, &word, 4);
			return (double)f;
		}
		memcpy(&d, &n, 8);
		return d;
	case N_INT:
		return (double)((int64_t)(n << (64 - 8 * size)) >>
				(64 - 8 * size));
	case N_UINT:
	case N_BOOL:
		break;
	}
	return (double)n;
}

static bool floating(const struct array *a)
{
	return a->kind == N_FLOAT || a->kind == N_BFLOAT ||
	       a->kind == N_COMPLEX;
}

/* How many numbers of the type lie between: zeros of both signs are one. */
static uint64_t ulps(uint64_t a, uint64_t b, unsigned size)
{
	uint64_t sign = 1ull << (8 * size - 1);
	int64_t x = a & sign ? -(int64_t)(a & ~sign) : (int64_t)a;
	int64_t y = b & sign ? -(int64_t)(b & ~sign) : (int64_t)b;

	return x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
}

/* "[1, 0, 7]" of the number of an element as it lies in memory. */
static void index_text(const struct array *a, uint64_t at, char *out,
		       size_t size)
{
	uint64_t index[32];
	int n = 0;

	for (unsigned i = 0; i < a->dims; i++) {
		unsigned k = a->fortran ? i : a->dims - 1 - i;

		index[k] = a->shape[k] ? at % a->shape[k] : 0;
		at = a->shape[k] ? at / a->shape[k] : 0;
	}
	n = snprintf(out, size, "[");
	for (unsigned i = 0; i < a->dims && (size_t)n < size - 24; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%" PRIu64,
			      i ? ", " : "", index[i]);
	snprintf(out + n, size - (size_t)n, "]");
}

struct extremes {
	uint64_t differ, beyond; /* elements; those not within the tolerance */
	uint64_t first, largest_at, ulps_at;
	double largest, from, to, first_a, first_b;
	uint64_t ulps;
	uint64_t nans; /* in one of them only */
};

/* One part of an element: all of it, but for complex numbers. */
static bool compare_part(struct extremes *x, const struct array *a, uint64_t na,
			 uint64_t nb, uint64_t at, unsigned size,
			 const struct tolerance *t)
{
	double va = value(a, na, size), vb = value(a, nb, size), d;

	if (floating(a) && isnan(va) != isnan(vb))
		x->nans++;
	d = fabs(va - vb);
	if (d > x->largest) {
		x->largest = d;
		x->largest_at = at;
		x->from = va;
		x->to = vb;
	}
	if (floating(a) && !isnan(va) && !isnan(vb) &&
	    ulps(na, nb, size) > x->ulps) {
		x->ulps = ulps(na, nb, size);
		x->ulps_at = at;
	}
	if (!x->differ) {
		x->first = at;
		x->first_a = va;
		x->first_b = vb;
	}
	return within(va, vb, t);
}

static void compare_elements(struct extremes *x, const struct array *a,
			     const struct array *b, const struct tolerance *t)
{
	unsigned parts = a->kind == N_COMPLEX ? 2 : 1;
	unsigned size = a->size / parts;

	for (uint64_t i = 0; i < a->count; i++) {
		const char *pa = a->data + i * a->size;
		const char *pb = b->data + i * b->size;
		bool differ = false, near = true;

		if (a->swapped == b->swapped && !memcmp(pa, pb, a->size))
			continue;
		for (unsigned k = 0; k < parts; k++) {
			uint64_t na = bits(pa + k * size, size, a->swapped);
			uint64_t nb = bits(pb + k * size, size, b->swapped);

			if (na == nb)
				continue;
			near &= compare_part(x, a, na, nb, i, size, t);
			differ = true;
		}
		x->differ += differ;
		x->beyond += differ && !near;
	}
}

/* What is given to "%.*g" so that it comes back as it was. */
static int digits(const struct array *a)
{
	unsigned size = a->kind == N_COMPLEX ? a->size / 2 : a->size;

	return size == 2 ? 5 : size == 4 ? 9 : 17;
}

static void say_extremes(struct contents *c, const char *name,
			 const struct array *a, const struct extremes *x)
{
	char at[256];
	int n = digits(a);

	contents_say(c, "%s%s%" PRIu64 " of %" PRIu64 " elements differ",
		     name ? name : "", name ? ": " : "", x->differ, a->count);
	index_text(a, x->first, at, sizeof(at));
	contents_say(c, "  the first at %s: %.*g and %.*g", at, n, x->first_a,
		     n, x->first_b);
	if (x->largest > 0) {
		index_text(a, x->largest_at, at, sizeof(at));
		contents_say(c,
			     "  largest difference %.3g at %s: %.*g and "
			     "%.*g",
			     x->largest, at, n, x->from, n, x->to);
	}
	if (x->ulps) {
		index_text(a, x->ulps_at, at, sizeof(at));
		contents_say(c, "  at most %" PRIu64 " ulp%s apart, at %s",
			     x->ulps, x->ulps == 1 ? "" : "s", at);
	}
	if (x->nans)
		contents_say(c, "  %" PRIu64 " NaN in one of them only",
			     x->nans);
}

static void add_details(struct contents *c, const char *name,
			const struct array *a, const struct extremes *x)
{
	json_t *list = json_object_get(contents_details(c), "arrays");
	json_t *j = json_object();
	char type[512];

	if (!list) {
		list = json_array();
		json_object_set_new(c->details, "arrays", list);
	}
	array_name(a, type, sizeof(type));
	json_object_set_new(j, "name", name ? json_string(name) : json_null());
	json_object_set_new(j, "type", json_string(type));
	json_object_set_new(j, "elements", json_integer((json_int_t)a->count));
	json_object_set_new(j, "differ", json_integer((json_int_t)x->differ));
	json_object_set_new(j, "largest_difference", json_real(x->largest));
	json_object_set_new(j, "largest_ulps",
			    json_integer((json_int_t)x->ulps));
	json_array_append_new(list, j);
}

int array_compare(struct contents *c, const char *name, const struct array *a,
		  const struct array *b, const struct tolerance *t)
{
	char type[2][512];
	struct extremes x = { 0 };
	enum contents_are are;

	if (a->kind != b->kind || a->size != b->size || a->dims != b->dims ||
	    memcmp(a->shape, b->shape, a->dims * sizeof(*a->shape)) ||
	    (a->fortran != b->fortran && a->dims > 1)) {
		array_name(a, type[0], sizeof(type[0]));
		array_name(b, type[1], sizeof(type[1]));
		c->are = CONTENTS_DIFFER;
		return contents_say(c, "%s%s%s%s and %s%s", name ? name : "",
				    name ? ": " : "", type[0],
				    a->fortran ? " in Fortran's order" : "",
				    type[1],
				    b->fortran ? " in Fortran's order" : "");
	}
	compare_elements(&x, a, b, t);
	if (!x.differ)
		return 0;
	are = x.beyond ? CONTENTS_DIFFER : CONTENTS_WITHIN;
	if (c->are < are)
		c->are = are;
	say_extremes(c, name, a, &x);
	add_details(c, name, a, &x);
	return 0;
}
