/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "globs.h"
#include "output.h"
#include "rank.h"
#include "reader.h"
#include "result.h"
#include "text.h"

#define FORMAT 1

/* Who starts ranks mixes their lines as they come. */
static int digest_stream(struct digest *d, const char *path, bool mixed)
{
	return mixed ? digest_lines(d, path) : digest_file(d, path, NULL);
}

static void captured(struct file_entry *e, const char *dir, const char *name,
		     bool mixed)
{
	*e = (struct file_entry){ .state = FILE_GONE };
	if (asprintf(&e->path, "%s/%s", dir, name) < 0)
		e->path = NULL;
	else if (digest_stream(&e->digest, e->path, mixed) == 0)
		e->state = FILE_WHOLE;
}

static char *copy(const json_t *text)
{
	const char *s = json_string_value(text);

	return strdup(s ? s : "");
}

static unsigned threads_of(const json_t *threads)
{
	const json_t *n = json_object_get(threads, "wanted");

	if (!json_is_integer(n))
		n = json_object_get(threads, "processors");
	return (unsigned)json_integer_value(n);
}

int result_of_run(struct result *r, const char *dir)
{
	json_t *m = manifest_read(dir);
	const json_t *status = json_object_get(m, "status");
	int ret;

	*r = (struct result){ 0 };
	if (!m)
		return -ENOENT;
	r->program = copy(json_object_get(m, "program"));
	r->cwd = copy(json_object_get(m, "cwd"));
	r->threads = threads_of(json_object_get(m, "threads"));
	r->status =
		json_is_integer(status) ? (int)json_integer_value(status) : -1;
	json_decref(m);
	if (!r->program || !r->cwd)
		return -ENOMEM;
	captured(&r->out, dir, "stdout", rank_starter(r->program));
	captured(&r->err, dir, "stderr", rank_starter(r->program));
	ret = files_read(&r->files, dir);
	return ret == -ENOENT ? 0 : ret;
}

void result_free(struct result *r)
{
	free(r->program);
	free(r->cwd);
	free(r->out.path);
	free(r->err.path);
	files_free(&r->files);
	*r = (struct result){ 0 };
}

const char *result_name(const struct result *r, const char *path)
{
	return path_below(path, r->cwd);
}

/* ---- as a file ---- */

static json_t *stream_json(const struct file_entry *e)
{
	char digest[33];

	if (e->state != FILE_WHOLE)
		return json_null();
	snprintf(digest, sizeof(digest), "%016" PRIx64 "%016" PRIx64,
		 e->digest.part[0], e->digest.part[1]);
	return json_pack("{s:I, s:s}", "size", (json_int_t)e->digest.size,
			 "digest", digest);
}

static int stream_read(struct file_entry *e, const json_t *j)
{
	const char *digest = json_string_value(json_object_get(j, "digest"));
	const json_t *size = json_object_get(j, "size");

	*e = (struct file_entry){ .state = FILE_GONE };
	if (!j || json_is_null(j))
		return 0;
	if (!digest || !json_is_integer(size) || strlen(digest) != 32 ||
	    sscanf(digest, "%16" SCNx64 "%16" SCNx64, &e->digest.part[0],
		   &e->digest.part[1]) != 2)
		return -EBADMSG;
	e->digest.size = (uint64_t)json_integer_value(size);
	e->state = FILE_WHOLE;
	return 0;
}

int result_write(const struct result *r, const char *path)
{
	json_t *files = files_json(&r->files);
	json_t *root = json_object();
	struct output output;
	int ret = output_open(&output, path);

	json_object_set_new(root, "samebits_result", json_integer(FORMAT));
	json_object_set_new(root, "program", text_json(r->program));
	json_object_set_new(root, "cwd", text_json(r->cwd));
	json_object_set_new(root, "threads", json_integer(r->threads));
	json_object_set_new(root, "status", json_integer(r->status));
	json_object_set_new(root, "stdout", stream_json(&r->out));
	json_object_set_new(root, "stderr", stream_json(&r->err));
	json_object_update(root, files);
	json_decref(files);
	if (!ret) {
		bool failed = json_dumpf(root, output.to, JSON_INDENT(1)) ||
			      fputc('\n', output.to) == EOF;

		ret = output_close(&output, failed);
		if (failed && !ret)
			ret = -EIO;
	}
	json_decref(root);
	return ret;
}

int result_read(struct result *r, const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	const json_t *status = json_object_get(root, "status");
	int ret = -EBADMSG;

	*r = (struct result){ 0 };
	if (!root && json_error_code(&error) == json_error_cannot_open_file)
		return -ENOENT;
	if (json_integer_value(json_object_get(root, "samebits_result")) ==
		    FORMAT &&
	    json_is_integer(status) &&
	    !stream_read(&r->out, json_object_get(root, "stdout")) &&
	    !stream_read(&r->err, json_object_get(root, "stderr"))) {
		r->status = (int)json_integer_value(status);
		r->threads = (unsigned)json_integer_value(
			json_object_get(root, "threads"));
		r->program = copy(json_object_get(root, "program"));
		r->cwd = copy(json_object_get(root, "cwd"));
		ret = files_parse(&r->files, root);
	}
	json_decref(root);
	return ret;
}

/* ---- in one number ---- */

static void mix(XXH3_state_t *x, const void *data, size_t n)
{
	XXH3_64bits_update(x, data, n);
}

static void mix_entry(XXH3_state_t *x, const struct result *r,
		      const struct file_entry *e, bool named)
{
	const char *name = named ? result_name(r, e->path) : "";

	mix(x, name, strlen(name) + 1);
	mix(x, &e->state, sizeof(e->state));
	mix(x, e->digest.part, sizeof(e->digest.part));
}

uint64_t result_digest(const struct result *r)
{
	XXH3_state_t x;

	XXH3_64bits_reset(&x);
	mix(&x, &r->status, sizeof(r->status));
	mix_entry(&x, r, &r->out, false);
	mix_entry(&x, r, &r->err, false);
	for (size_t i = 0; i < r->files.outputs; i++)
		mix_entry(&x, r, &r->files.output[i], true);
	return XXH3_64bits_digest(&x);
}

/* ---- two of them ---- */

static const char *state_words(const struct file_entry *e)
{
	switch (e->state) {
	case FILE_WHOLE:
		return "is there";
	case FILE_CHANGED:
		return "changed while it was read";
	case FILE_GONE:
		return "is gone";
	case FILE_UNREADABLE:
		return "cannot be read";
	case FILE_SPECIAL:
		return "is no regular file";
	}
	return "?";
}

static bool equal(const struct file_entry *a, const struct file_entry *b)
{
	return a->state == b->state && a->digest.part[0] == b->digest.part[0] &&
	       a->digest.part[1] == b->digest.part[1];
}

__attribute__((format(printf, 4, 5))) static int add(struct verdict *v,
						     const char *what,
						     json_t *details,
						     const char *format, ...)
{
	va_list ap;
	char *text;
	int ret;

	va_start(ap, format);
	ret = vasprintf(&text, format, ap);
	va_end(ap);
	if (ret < 0)
		return -ENOMEM;
	ret = verdict_add_difference(v, what, text, details, false);
	free(text);
	return ret;
}

/* By their contents, where both are still at hand. */
static int look_into(struct verdict *v, const struct comparison *c,
		     const char *what, const struct file_entry *a,
		     const struct file_entry *b)
{
	char *pa = c->place(c->run_a, a), *pb = c->place(c->run_b, b);
	struct contents found = { 0 };
	int ret = -ENOENT;

	if (pa && pb)
		ret = contents_compare(&found, pa, pb, c->tolerance);
	if (ret)
		ret = add(v, what, NULL,
			  "%" PRIu64 " and %" PRIu64 " bytes, with other "
			  "contents; those are no longer there to look into",
			  a->digest.size, b->digest.size);
	else if (found.are != CONTENTS_SAME)
		ret = verdict_add_difference(v, what, found.text, found.details,
					     found.are == CONTENTS_WITHIN);
	contents_free(&found);
	free(pa);
	free(pb);
	return ret;
}

static int compare_entries(struct verdict *v, const struct comparison *c,
			   const char *what, const struct file_entry *a,
			   const struct file_entry *b)
{
	if (equal(a, b))
		return 0;
	if (a->state != FILE_WHOLE || b->state != FILE_WHOLE)
		return add(v, what, NULL, "in A it %s, in B it %s",
			   state_words(a), state_words(b));
	return look_into(v, c, what, a, b);
}

/* Both lists are sorted by path; names are paths without a common beginning, so
 * they are sorted, too, within the files below the working directory and
 * within the others. */
static int by_name(const struct result *ra, const struct file_entry *a,
		   const struct result *rb, const struct file_entry *b)
{
	const char *na = result_name(ra, a->path);
	const char *nb = result_name(rb, b->path);

	return strcmp(na, nb);
}

struct named {
	const struct result *r;
	const struct file_entry *e;
};

static int by_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return by_name(x->r, x->e, y->r, y->e);
}

static struct named *sorted(const struct result *r, const struct file_entry *e,
			    size_t n)
{
	struct named *list = calloc(n + 1, sizeof(*list));

	for (size_t i = 0; list && i < n; i++)
		list[i] = (struct named){ r, &e[i] };
	if (list)
		qsort(list, n, sizeof(*list), by_names);
	return list;
}

static int compare_pair(struct verdict *v, const struct comparison *c,
			const char *kind, const struct file_entry *a,
			const struct file_entry *b)
{
	const char *name =
		a ? result_name(c->a, a->path) : result_name(c->b, b->path);
	char *what;
	int ret;

	if (asprintf(&what, "%s %s", kind, name) < 0)
		return -ENOMEM;
	if (!a || !b)
		ret = add(v, what, NULL, "only in run %s", a ? "A" : "B");
	else
		ret = compare_entries(v, c, what, a, b);
	free(what);
	return ret;
}

/* Inputs: another digest is all there is to say, and those that one run did
 * not come to read say nothing. */
static int compare_inputs(struct verdict *v, const struct comparison *c,
			  const struct file_entry *a,
			  const struct file_entry *b)
{
	char *what;
	int ret;

	if (!a || !b || a->state != FILE_WHOLE || b->state != FILE_WHOLE ||
	    equal(a, b))
		return 0;
	if (asprintf(&what, "input %s", result_name(c->a, a->path)) < 0)
		return -ENOMEM;
	ret = add(v, what, NULL,
		  "not the same data: %" PRIu64 " bytes, %016" PRIx64
		  "… and %" PRIu64 " bytes, %016" PRIx64 "…",
		  a->digest.size, a->digest.part[0], b->digest.size,
		  b->digest.part[0]);
	free(what);
	return ret;
}

static int compare_lists(struct verdict *v, const struct comparison *c,
			 bool inputs)
{
	const struct files *fa = &c->a->files, *fb = &c->b->files;
	size_t na = inputs ? fa->inputs : fa->outputs, i = 0;
	size_t nb = inputs ? fb->inputs : fb->outputs, j = 0;
	struct named *a = sorted(c->a, inputs ? fa->input : fa->output, na);
	struct named *b = sorted(c->b, inputs ? fb->input : fb->output, nb);
	int ret = a && b ? 0 : -ENOMEM;

	while (!ret && (i < na || j < nb)) {
		int order = i == na ? 1 : j == nb ? -1 : by_names(&a[i], &b[j]);
		const struct file_entry *x = order <= 0 ? a[i++].e : NULL;
		const struct file_entry *y = order >= 0 ? b[j++].e : NULL;

		ret = inputs ? compare_inputs(v, c, x, y)
			     : compare_pair(v, c, "output", x, y);
	}
	free(a);
	free(b);
	return ret;
}

int result_compare(struct verdict *v, const struct comparison *c)
{
	int ret = compare_lists(v, c, true);

	if (!ret && c->a->status != c->b->status)
		ret = add(v, "exit status", NULL, "%d and %d", c->a->status,
			  c->b->status);
	if (!ret)
		ret = compare_entries(v, c, "stdout", &c->a->out, &c->b->out);
	if (!ret)
		ret = compare_entries(v, c, "stderr", &c->a->err, &c->b->err);
	return ret ? ret : compare_lists(v, c, false);
}
