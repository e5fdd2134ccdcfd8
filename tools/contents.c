/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contents.h"
#include "format.h"

static int open_view(struct view *v, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int ret = fd < 0 || fstat(fd, &st) ? -errno : 0;

	*v = (struct view){ .data = "" };
	if (!ret && !S_ISREG(st.st_mode))
		ret = -EINVAL;
	if (!ret && st.st_size) {
		void *map = mmap(NULL, (size_t)st.st_size, PROT_READ,
				 MAP_PRIVATE, fd, 0);

		if (map == MAP_FAILED)
			ret = -errno;
		else
			*v = (struct view){ map, (size_t)st.st_size };
		if (!ret)
			madvise(map, v->size, MADV_SEQUENTIAL);
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static void close_view(struct view *v)
{
	if (v->size)
		munmap((void *)v->data, v->size);
}

int contents_say(struct contents *c, const char *format, ...)
{
	char *line, *all = NULL;
	va_list ap;
	int ret;

	va_start(ap, format);
	ret = vasprintf(&line, format, ap);
	va_end(ap);
	if (ret < 0)
		return -ENOMEM;
	if (!c->text) {
		c->text = line;
		return 0;
	}
	ret = asprintf(&all, "%s\n%s", c->text, line);
	free(line);
	if (ret < 0)
		return -ENOMEM;
	free(c->text);
	c->text = all;
	return 0;
}

json_t *contents_details(struct contents *c)
{
	if (!c->details)
		c->details = json_object();
	return c->details;
}

void contents_free(struct contents *c)
{
	free(c->text);
	json_decref(c->details);
	*c = (struct contents){ 0 };
}

#define STEP (1u << 20)

/* The first byte that differs; the shorter one's size where none does. */
static size_t view_mismatch(const struct view *a, const struct view *b)
{
	size_t n = a->size < b->size ? a->size : b->size, at = 0;

	/* Blocks by memcmp, which is at memory speed; then bytes. */
	while (at < n) {
		size_t step = n - at < STEP ? n - at : STEP;

		if (memcmp(a->data + at, b->data + at, step))
			break;
		at += step;
	}
	while (at < n && a->data[at] == b->data[at])
		at++;
	return at;
}

static void count_bytes(const struct view *a, const struct view *b, size_t at,
			uint64_t *differ, uint64_t *stretches)
{
	size_t n = a->size < b->size ? a->size : b->size;
	bool before = false;

	*differ = *stretches = 0;
	for (; at < n; at++) {
		bool now = a->data[at] != b->data[at];

		*differ += now;
		*stretches += now && !before;
		before = now;
	}
}

static void hex(char out[33], const struct view *v, size_t at)
{
	int n = 0;

	*out = 0;
	for (size_t i = at; i < v->size && i < at + 8; i++)
		n += snprintf(out + n, 33 - (size_t)n, "%s%02x", n ? " " : "",
			      (unsigned char)v->data[i]);
}

int compare_bytes(struct contents *c, const struct view *a,
		  const struct view *b, const struct tolerance *t)
{
	size_t at = view_mismatch(a, b);
	uint64_t differ, stretches;
	char left[33], right[33];
	json_t *details = contents_details(c);

	(void)t;
	c->are = CONTENTS_DIFFER;
	hex(left, a, at);
	hex(right, b, at);
	json_object_set_new(details, "first_byte",
			    json_integer((json_int_t)at));
	if (a->size != b->size)
		contents_say(c, "%zu and %zu bytes", a->size, b->size);
	if (at == a->size || at == b->size)
		return contents_say(c, "equal as far as the shorter one goes");
	contents_say(c, "from byte %zu (0x%zx): %s … and %s …", at, at, left,
		     right);
	count_bytes(a, b, at, &differ, &stretches);
	json_object_set_new(details, "bytes", json_integer((json_int_t)differ));
	return contents_say(
		c, "%" PRIu64 " byte%s differ, in %" PRIu64 " stretch%s",
		differ, differ == 1 ? "" : "s", stretches,
		stretches == 1 ? "" : "es");
}

/* By what is in them. The first that takes both. */
static const struct format {
	const char *kind;
	format_is *is;
	format_compare *compare;
} formats[] = {
	{ "npy", npy_is, npy_compare },
	{ "safetensors", safetensors_is, safetensors_compare },
	{ "zip", zip_is, zip_compare },
	{ "text", text_is, text_compare },
};

int compare_views(struct contents *c, const struct view *a,
		  const struct view *b, const struct tolerance *t)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		const struct format *f = &formats[i];
		int ret;

		if (!f->is(a) || !f->is(b))
			continue;
		c->kind = f->kind;
		ret = f->compare(c, a, b, t);
		if (ret != -EBADMSG)
			return ret;
		/* Damaged, or more than we read of the format. */
	}
	c->kind = "bytes";
	return compare_bytes(c, a, b, t);
}

int contents_compare(struct contents *c, const char *a, const char *b,
		     const struct tolerance *t)
{
	struct view va, vb = { 0 };
	int ret = open_view(&va, a);
	const char *which = a;

	*c = (struct contents){ .kind = "bytes" };
	if (!ret) {
		which = b;
		ret = open_view(&vb, b);
	}
	if (ret) {
		contents_say(c, "%s: cannot be read: %s", which,
			     strerror(-ret));
	} else if (va.size != vb.size || view_mismatch(&va, &vb) < va.size) {
		ret = compare_views(c, &va, &vb, t);
		if (!ret)
			json_object_set_new(contents_details(c), "kind",
					    json_string(c->kind));
	}
	close_view(&va);
	close_view(&vb);
	return ret;
}
