/* SPDX-License-Identifier: MIT */
/* NumPy's .npy: versions 1 to 3 of its format, without objects and structures
 * (numpy.lib.format). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define MAGIC "\x93NUMPY"
#define HEADER_MOST (1u << 20)

bool npy_is(const struct view *v)
{
	return v->size >= 10 && !memcmp(v->data, MAGIC, 6);
}

/* What follows a key of the header's dictionary; NULL: it is not there. */
static const char *after(const char *header, const char *key)
{
	const char *at = strstr(header, key);

	if (!at)
		return NULL;
	at += strlen(key);
	at += strspn(at, "'\": ");
	return at;
}

static bool parse_type(struct array *a, const char *descr)
{
	char order = *descr, kind;
	unsigned size;

	if (!strchr("<>|=", order) ||
	    sscanf(descr + 1, "%c%u'", &kind, &size) != 2)
		return false;
	a->swapped = order == '>';
	a->size = size;
	switch (kind) {
	case 'f':
		a->kind = N_FLOAT;
		return size == 2 || size == 4 || size == 8;
	case 'c':
		a->kind = N_COMPLEX;
		return size == 8 || size == 16;
	case 'i':
	case 'u':
		a->kind = kind == 'i' ? N_INT : N_UINT;
		return size == 1 || size == 2 || size == 4 || size == 8;
	case 'b':
		a->kind = N_BOOL;
		return size == 1;
	}
	return false;
}

static bool parse_shape(struct array *a, const char *at)
{
	a->count = 1;
	if (*at++ != '(')
		return false;
	for (;;) {
		char *end;

		at += strspn(at, " ,");
		if (*at == ')')
			return true;
		if (a->dims == 32 || *at < '0' || *at > '9')
			return false;
		a->shape[a->dims] = strtoull(at, &end, 10);
		if (__builtin_mul_overflow(a->count, a->shape[a->dims],
					   &a->count))
			return false;
		a->dims++;
		at = end + (*end == 'L');
	}
}

static bool parse_header(struct array *a, const char *header)
{
	const char *descr = after(header, "descr"), *shape;
	const char *fortran = after(header, "fortran_order");

	shape = after(header, "shape");
	if (!descr || !fortran || !shape || !parse_type(a, descr) ||
	    !parse_shape(a, shape))
		return false;
	a->fortran = *fortran == 'T';
	return true;
}

static bool parse(struct array *a, const struct view *v)
{
	const unsigned char *d = (const unsigned char *)v->data;
	size_t start = d[6] == 1 ? 10 : 12, n, need;
	char *header;
	bool ok;

	*a = (struct array){ 0 };
	if (v->size < start)
		return false;
	n = d[6] == 1 ? d[8] | (size_t)d[9] << 8
		      : d[8] | (size_t)d[9] << 8 | (size_t)d[10] << 16 |
				(size_t)d[11] << 24;
	if (n > HEADER_MOST || n > v->size - start)
		return false;
	header = strndup(v->data + start, n);
	ok = header && parse_header(a, header);
	free(header);
	if (!ok || __builtin_mul_overflow(a->count, (size_t)a->size, &need) ||
	    need > v->size - start - n)
		return false;
	a->data = v->data + start + n;
	return true;
}

int npy_compare(struct contents *c, const struct view *a, const struct view *b,
		const struct tolerance *t)
{
	struct array x, y;
	int ret;

	if (!parse(&x, a) || !parse(&y, b))
		return -EBADMSG;
	ret = array_compare(c, NULL, &x, &y, t);
	/* Equal arrays: the headers, or what follows, are not. */
	if (!ret && !c->text)
		return compare_bytes(c, a, b, t);
	return ret;
}
