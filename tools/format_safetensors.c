/* SPDX-License-Identifier: MIT */
/* safetensors: 8 bytes of length, a JSON header, the numbers
 * (github.com/huggingface/safetensors, "Format"). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "format.h"

#define HEADER_MOST (100u << 20)

static bool header_of(const struct view *v, uint64_t *n)
{
	if (v->size < 10)
		return false;
	memcpy(n, v->data, 8);
	return *n >= 2 && *n <= HEADER_MOST && *n <= v->size - 8;
}

bool safetensors_is(const struct view *v)
{
	uint64_t n;

	return header_of(v, &n) && v->data[8] == '{';
}

static json_t *parse(const struct view *v, struct view *data)
{
	uint64_t n;
	json_t *j;

	if (!header_of(v, &n))
		return NULL;
	j = json_loadb(v->data + 8, n, 0, NULL);
	*data = (struct view){ v->data + 8 + n, v->size - 8 - n };
	return json_is_object(j) ? j : (json_decref(j), NULL);
}

static bool type_of(struct array *a, const char *name)
{
	static const struct {
		const char *name;
		enum number_kind kind;
		unsigned size;
	} types[] = {
		{ "F64", N_FLOAT, 8 },	  { "F32", N_FLOAT, 4 },
		{ "F16", N_FLOAT, 2 },	  { "BF16", N_BFLOAT, 2 },
		{ "I64", N_INT, 8 },	  { "I32", N_INT, 4 },
		{ "I16", N_INT, 2 },	  { "I8", N_INT, 1 },
		{ "U64", N_UINT, 8 },	  { "U32", N_UINT, 4 },
		{ "U16", N_UINT, 2 },	  { "U8", N_UINT, 1 },
		{ "BOOL", N_BOOL, 1 },	  { "C64", N_COMPLEX, 8 },
		{ "F8_E4M3", N_UINT, 1 }, { "F8_E5M2", N_UINT, 1 },
	};

	for (size_t i = 0; name && i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(types[i].name, name)) {
			a->kind = types[i].kind;
			a->size = types[i].size;
			return true;
		}
	return false;
}

static bool tensor(struct array *a, json_t *j, const struct view *data)
{
	json_t *shape = json_object_get(j, "shape"), *n;
	json_t *at = json_object_get(j, "data_offsets");
	json_int_t from = json_integer_value(json_array_get(at, 0));
	json_int_t to = json_integer_value(json_array_get(at, 1));
	uint64_t need;
	size_t i;

	*a = (struct array){ .count = 1 };
	if (!type_of(a, json_string_value(json_object_get(j, "dtype"))) ||
	    json_array_size(shape) > 32)
		return false;
	json_array_foreach(shape, i, n)
	{
		a->shape[a->dims] = (uint64_t)json_integer_value(n);
		if (__builtin_mul_overflow(a->count, a->shape[a->dims++],
					   &a->count))
			return false;
	}
	if (__builtin_mul_overflow(a->count, (uint64_t)a->size, &need) ||
	    from < 0 || to < from || (uint64_t)to > data->size ||
	    (uint64_t)(to - from) != need)
		return false;
	a->data = data->data + from;
	return true;
}

static bool all_whole(json_t *root, const struct view *data)
{
	const char *name;
	struct array a;
	json_t *j;

	json_object_foreach(root, name,
			    j) if (strcmp(name, "__metadata__") &&
				   !tensor(&a, j, data)) return false;
	return true;
}

static void only_in(struct contents *c, json_t *in, json_t *other,
		    const char *which)
{
	const char *name;
	json_t *j;

	json_object_foreach(in, name, j) if (!json_object_get(other, name))
	{
		c->are = CONTENTS_DIFFER;
		contents_say(c, "%s: only in %s", name, which);
	}
}

static int compare(struct contents *c, json_t *a, json_t *b,
		   const struct view data[2], const struct tolerance *t)
{
	const char *name;
	struct array x, y;
	int ret = 0;
	json_t *j, *k;

	only_in(c, a, b, "A");
	only_in(c, b, a, "B");
	json_object_foreach(a, name, j)
	{
		k = json_object_get(b, name);
		if (!ret && k && strcmp(name, "__metadata__") &&
		    tensor(&x, j, &data[0]) && tensor(&y, k, &data[1]))
			ret = array_compare(c, name, &x, &y, t);
	}
	j = json_object_get(a, "__metadata__");
	k = json_object_get(b, "__metadata__");
	if (!ret && j && k && !json_equal(j, k)) {
		c->are = CONTENTS_DIFFER;
		ret = contents_say(c, "the metadata differs");
	}
	return ret;
}

int safetensors_compare(struct contents *c, const struct view *a,
			const struct view *b, const struct tolerance *t)
{
	struct view data[2] = { { 0 } };
	json_t *x = parse(a, &data[0]), *y = parse(b, &data[1]);
	int ret = -EBADMSG;

	if (x && y && all_whole(x, &data[0]) && all_whole(y, &data[1]))
		ret = compare(c, x, y, data, t);
	json_decref(x);
	json_decref(y);
	if (!ret && !c->text)
		return compare_bytes(c, a, b, t);
	return ret;
}
