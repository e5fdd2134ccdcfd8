/* SPDX-License-Identifier: MIT */
/*
 * Zip archives (libzip), .npz and PyTorch's files among them: member by member.
 * Of PyTorch's, the names of tensors are read from data.pkl (pickle.c).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "format.h"
#include "lazy.h"
#include "pickle.h"

#define SONAME "libzip.so.4"
#define FUNCTIONS(X)                                                           \
	X(zip_discard)                                                         \
	X(zip_error_fini)                                                      \
	X(zip_error_init)                                                      \
	X(zip_fclose)                                                          \
	X(zip_fopen_index)                                                     \
	X(zip_fread)                                                           \
	X(zip_get_name)                                                        \
	X(zip_get_num_entries)                                                 \
	X(zip_name_locate)                                                     \
	X(zip_open_from_source)                                                \
	X(zip_source_buffer_create)                                            \
	X(zip_source_free)                                                     \
	X(zip_stat_index)

static struct {
	FUNCTIONS(LAZY_POINTER)
} lib;
static const char *const names[] = { FUNCTIONS(LAZY_NAME) };

#define MEMBER_MOST (4ull << 30)
#define SAID_MOST 20 /* members that are looked into */

bool zip_is(const struct view *v)
{
	return v->size > 22 && !memcmp(v->data, "PK\3\4", 4);
}

static zip_t *open_archive(const struct view *v)
{
	zip_error_t error;
	zip_source_t *s;
	zip_t *z;

	lib.zip_error_init(&error);
	s = lib.zip_source_buffer_create(v->data, v->size, 0, &error);
	z = s ? lib.zip_open_from_source(s, ZIP_RDONLY, &error) : NULL;
	if (s && !z)
		lib.zip_source_free(s);
	lib.zip_error_fini(&error);
	return z;
}

/* A member, inflated; the caller's to free. Never more than it declares, and it
 * may not declare more than deflate can make of the file. */
static bool read_member(zip_t *z, zip_uint64_t i, struct view *v)
{
	zip_stat_t st;
	zip_file_t *f;
	char *data;
	zip_int64_t n = -1;

	*v = (struct view){ 0 };
	if (lib.zip_stat_index(z, i, 0, &st) || st.size > MEMBER_MOST ||
	    st.size > (st.comp_size + 64) * 1100)
		return false;
	data = malloc(st.size + 1);
	f = data ? lib.zip_fopen_index(z, i, 0) : NULL;
	if (f) {
		n = lib.zip_fread(f, data, st.size);
		lib.zip_fclose(f);
	}
	if (n != (zip_int64_t)st.size) {
		free(data);
		return false;
	}
	*v = (struct view){ data, st.size };
	return true;
}

static const char *member_name(zip_t *z, zip_uint64_t i)
{
	const char *name = lib.zip_get_name(z, i, ZIP_FL_ENC_RAW);

	return name ? name : "";
}

/* The archive's top directory, which PyTorch calls as the file: "model/". */
static const char *below_top(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : name;
}

static zip_int64_t find_data(zip_t *z)
{
	zip_int64_t n = lib.zip_get_num_entries(z, 0);

	for (zip_int64_t i = 0; i < n; i++)
		if (!strcmp(below_top(member_name(z, (zip_uint64_t)i)),
			    "data.pkl"))
			return i;
	return -1;
}

/* The same member of the other archive, by its name; PyTorch's top directory
 * may differ. -1: none. */
static zip_int64_t counterpart(zip_t *z, const char *name, bool torch)
{
	zip_int64_t i = lib.zip_name_locate(z, name, ZIP_FL_ENC_RAW);
	zip_int64_t n = lib.zip_get_num_entries(z, 0);

	if (i >= 0 || !torch)
		return i;
	for (i = 0; i < n; i++)
		if (!strcmp(below_top(member_name(z, (zip_uint64_t)i)),
			    below_top(name)))
			return i;
	return -1;
}

static int worse(struct contents *c, enum contents_are are)
{
	if (c->are < are)
		c->are = are;
	return 0;
}

/* Lines of `part`, after the member's name. */
static int take(struct contents *c, const char *name, struct contents *part)
{
	worse(c, part->are);
	contents_say(c, "%s", name);
	for (char *line = part->text, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		contents_say(c, "  %s", line);
	}
	if (part->details) {
		json_t *members =
			json_object_get(contents_details(c), "members");

		if (!members) {
			members = json_object();
			json_object_set_new(c->details, "members", members);
		}
		json_object_set(members, name, part->details);
	}
	contents_free(part);
	return 0;
}

static int compare_member(struct contents *c, const char *name,
			  const struct view *a, const struct view *b,
			  const struct tolerance *t)
{
	struct contents part = { .kind = "bytes" };
	int ret = compare_views(&part, a, b, t);

	return ret ? ret : take(c, name, &part);
}

struct archives {
	zip_t *z[2];
	struct tensors tensors; /* of A; none where it is not PyTorch's */
	bool torch;
};

/* The tensors that lie in a storage: "data/3". */
static int compare_storage(struct contents *c, const struct archives *z,
			   const char *name, const struct view *a,
			   const struct view *b, const struct tolerance *t)
{
	const char *key = below_top(name);
	struct contents part = { 0 };
	int ret = 0;

	if (strncmp(key, "data/", 5) || a->size != b->size)
		return compare_member(c, name, a, b, t);
	for (size_t i = 0; i < z->tensors.n && !ret; i++) {
		const struct tensor *x = &z->tensors.at[i];
		struct array u, v;

		if (strcmp(x->storage, key + 5) || !tensor_in(x, a, &u) ||
		    !tensor_in(x, b, &v))
			continue;
		ret = array_compare(&part, x->name, &u, &v, t);
	}
	if (!part.text) /* no tensor shows these bytes */
		return compare_member(c, name, a, b, t);
	worse(c, part.are);
	contents_say(c, "%s", part.text);
	if (part.details)
		json_object_update(contents_details(c), part.details);
	contents_free(&part);
	return ret;
}

static int compare_pair(struct contents *c, const struct archives *z,
			zip_uint64_t i, zip_uint64_t k, unsigned *said,
			const struct tolerance *t)
{
	const char *name = member_name(z->z[0], i);
	struct view a, b = { 0 };
	zip_stat_t x, y;
	int ret = -EBADMSG;

	if (lib.zip_stat_index(z->z[0], i, 0, &x) ||
	    lib.zip_stat_index(z->z[1], k, 0, &y))
		return -EBADMSG;
	if (x.size == y.size && x.crc == y.crc)
		return 0;
	if ((*said)++ >= SAID_MOST)
		return worse(c, CONTENTS_DIFFER);
	if (read_member(z->z[0], i, &a) && read_member(z->z[1], k, &b))
		ret = compare_storage(c, z, name, &a, &b, t);
	free((void *)a.data);
	free((void *)b.data);
	return ret;
}

static int compare_members(struct contents *c, const struct archives *z,
			   const struct tolerance *t)
{
	zip_int64_t n = lib.zip_get_num_entries(z->z[0], 0);
	zip_int64_t m = lib.zip_get_num_entries(z->z[1], 0);
	unsigned said = 0;
	int ret = 0;

	for (zip_int64_t i = 0; i < n && !ret; i++) {
		const char *name = member_name(z->z[0], (zip_uint64_t)i);
		zip_int64_t k = counterpart(z->z[1], name, z->torch);

		if (k >= 0) {
			ret = compare_pair(c, z, (zip_uint64_t)i,
					   (zip_uint64_t)k, &said, t);
			continue;
		}
		worse(c, CONTENTS_DIFFER);
		contents_say(c, "%s: only in A", name);
	}
	for (zip_int64_t i = 0; i < m && !ret; i++) {
		const char *name = member_name(z->z[1], (zip_uint64_t)i);

		if (counterpart(z->z[0], name, z->torch) >= 0)
			continue;
		worse(c, CONTENTS_DIFFER);
		contents_say(c, "%s: only in B", name);
	}
	if (!ret && said > SAID_MOST)
		contents_say(c, "%u members differ in all", said);
	if (!ret && !c->text) {
		worse(c, CONTENTS_DIFFER);
		contents_say(c, "all members are equal: their times, their "
				"order or how they are compressed differ");
	}
	return ret;
}

static void read_names(struct archives *z)
{
	zip_int64_t at = find_data(z->z[0]);
	struct view v;

	if (at < 0 || find_data(z->z[1]) < 0)
		return;
	z->torch = true;
	if (read_member(z->z[0], (zip_uint64_t)at, &v))
		tensors_read(&z->tensors, &v);
	free((void *)v.data);
}

int zip_compare(struct contents *c, const struct view *a, const struct view *b,
		const struct tolerance *t)
{
	struct archives z = { .z = { NULL } };
	int ret = -EBADMSG;

	/* Without it, archives are compared by their bytes. */
	if (lazy_load(SONAME, names, LAZY_COUNT(names), &lib))
		return ret;
	z.z[0] = open_archive(a);
	z.z[1] = open_archive(b);
	if (z.z[0] && z.z[1]) {
		read_names(&z);
		if (z.torch)
			c->kind = "torch";
		ret = compare_members(c, &z, t);
	}
	tensors_free(&z.tensors);
	for (int i = 0; i < 2; i++)
		if (z.z[i])
			lib.zip_discard(z.z[i]);
	if (ret == -EBADMSG) {
		contents_free(c);
		c->kind = "bytes";
	}
	return ret;
}
