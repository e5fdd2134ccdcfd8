/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "outcome.h"
#include "result.h"
#include "text.h"

/* The kernel's times of files are those of its last tick: 250 a second. */
#define TICK 0.005

/* ---- what a stream ends with ---- */

#define TAIL 400 /* bytes */
#define TAIL_LINES 3

char *outcome_tail(const char *dir, const char *stream)
{
	char *path, text[TAIL + 1], *out = NULL, *at, *line;
	size_t n = 0, size, lines = 0;
	FILE *from, *to;

	if (asprintf(&path, "%s/%s", dir, stream) < 0)
		return NULL;
	from = fopen(path, "re");
	free(path);
	if (!from)
		return NULL;
	if (fseek(from, -TAIL, SEEK_END))
		rewind(from);
	n = fread(text, 1, TAIL, from);
	fclose(from);
	while (n && strchr("\r\n", text[n - 1]))
		n--;
	text[n] = 0;
	for (at = text + n; at > text && lines < TAIL_LINES; at--)
		lines += at[-1] == '\n';
	at += lines == TAIL_LINES;
	to = n ? open_memstream(&out, &size) : NULL;
	while (to && (line = strsep(&at, "\n")))
		fprintf(to, "%s%s", line, at ? " | " : "");
	if (to)
		fclose(to);
	return out;
}

static char *with_tail(char *text, const char *dir, const char *stream)
{
	char *tail = dir ? outcome_tail(dir, stream) : NULL, *both;

	if (!dir || !text)
		return text;
	if (asprintf(&both, tail ? "%s; %s ends with: %s" : "%s; %s is empty",
		     text, stream, tail) < 0)
		both = NULL;
	free(tail);
	free(text);
	return both;
}

/* ---- how it ended ---- */

static const char *how_of(const struct outcome *o)
{
	return o->how == NOT_RUN     ? "not run"
	       : o->how == TIMED_OUT ? "timed out"
	       : o->status	     ? "failed"
				     : "ended";
}

static char *failure_of(const struct outcome *o, double timeout)
{
	char *text = NULL;
	int ret;

	if (o->how == ENDED && !o->status)
		return NULL;
	if (o->how == NOT_RUN)
		ret = asprintf(&text, "%s", o->trouble ? o->trouble
						       : "it could not be run");
	else if (o->how == TIMED_OUT)
		ret = asprintf(&text, "it did not end within %g s", timeout);
	else
		ret = asprintf(&text, "exit status %d", o->status);
	if (ret < 0)
		return NULL;
	return o->how == NOT_RUN ? text : with_tail(text, o->dir, "stderr");
}

/* ---- its bits ---- */

static int by_digest(const void *a, const void *b)
{
	const struct file_entry *x = a, *y = b;

	return memcmp(x->digest.part, y->digest.part, sizeof(x->digest.part));
}

/* What was written, whatever the files are called: names hold seeds. "": there is
 * nothing. */
static void bits_of(struct result *r, char out[17])
{
	XXH3_state_t x;

	*out = 0;
	if (!r->files.outputs && !r->out.digest.size)
		return;
	if (r->files.outputs)
		qsort(r->files.output, r->files.outputs,
		      sizeof(*r->files.output), by_digest);
	XXH3_64bits_reset(&x);
	XXH3_64bits_update(&x, r->out.digest.part, sizeof(r->out.digest.part));
	for (size_t i = 0; i < r->files.outputs; i++)
		XXH3_64bits_update(&x, r->files.output[i].digest.part,
				   sizeof(r->files.output[i].digest.part));
	snprintf(out, 17, "%016" PRIx64, XXH3_64bits_digest(&x));
}

static void add_bits(json_t *entry, const struct outcome *o)
{
	struct result r = { 0 };
	char hex[17];

	json_object_set_new(entry, "result", json_null());
	if (o->dir && o->how == ENDED && !result_of_run(&r, o->dir)) {
		snprintf(hex, sizeof(hex), "%016" PRIx64, result_digest(&r));
		json_object_set_new(entry, "result", json_string(hex));
		bits_of(&r, hex);
		if (!o->status)
			json_object_set_new(entry, "bits", json_string(hex));
	}
	result_free(&r);
}

/* ---- its metrics ---- */

/* Where the file is; NULL: *trouble says why it is not this run's. */
static char *file_of(const struct measure *m, const struct outcome *o,
		     const struct job *j, double start, char **trouble)
{
	char *path;
	struct stat st;

	if (!m->file)
		return asprintf(&path, "%s/stdout", o->dir) < 0 ? NULL : path;
	path = plan_expand(m->file, j);
	if (!path)
		return NULL;
	/* Of changes of the inode: programs may set the other times. */
	if (stat(path, &st) ||
	    (double)st.st_ctim.tv_sec + (double)st.st_ctim.tv_nsec / 1e9 +
			    TICK >= start)
		return path;
	if (asprintf(trouble,
		     "metric %s: %s was not written by this trial, but before "
		     "it; name the file that it writes",
		     m->name, path) < 0)
		*trouble = NULL;
	free(path);
	return NULL;
}

/* NULL, or what is wrong. */
static char *add_metric(json_t *metrics, const struct measure *m,
			enum measure_value value, const struct outcome *o,
			const struct job *j, double start)
{
	struct series s = { 0 };
	char *trouble = NULL;
	char *path = file_of(m, o, j, start, &trouble);
	int ret = path ? measure_read(m, path, &s, &trouble) : -ENOENT;

	if (!ret)
		json_object_set_new(metrics, m->name, measure_json(&s, value));
	series_free(&s);
	free(path);
	return ret && !m->file ? with_tail(trouble, o->dir, "stdout") : trouble;
}

/* Of the first that is wrong. A failed run's are read as far as they are there. */
static char *add_metrics(json_t *entry, const struct measures *m,
			 const struct outcome *o, const struct job *j,
			 double start)
{
	json_t *metrics = json_object();
	char *first = NULL;

	for (size_t i = 0; i < m->n && o->dir; i++) {
		char *trouble = add_metric(metrics, &m->at[i], m->value, o, j,
					   start);

		if (first)
			free(trouble);
		else
			first = trouble;
	}
	json_object_set_new(entry, "metrics", metrics);
	return first;
}

json_t *outcome_entry(const struct outcome *o, const struct job *j,
		      const struct measures *m, double start, double timeout)
{
	const char *slash = o->dir ? strrchr(o->dir, '/') : NULL;
	char *failure = failure_of(o, timeout), *trouble;
	json_t *entry = json_pack(
		"{s:I, s:I, s:o, s:I, s:o, s:s, s:i, s:f}", "trial",
		(json_int_t)j->trial, "seed", (json_int_t)j->seed, "fold",
		j->fold < 0 ? json_null() : json_integer(j->fold), "repeat",
		(json_int_t)j->repeat, "run",
		slash ? json_string(slash + 1) : json_null(), "how", how_of(o),
		"status", o->status, "seconds", o->seconds);

	if (entry) {
		add_bits(entry, o);
		trouble = add_metrics(entry, m, o, j, start);
		json_object_set_new(entry, "trouble",
				    text_json(failure ? failure : trouble));
		free(trouble);
	}
	free(failure);
	return entry;
}
