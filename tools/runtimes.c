/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtimes.h"

static int order(const void *a, const void *b)
{
	const struct runtime *x = a, *y = b;
	int by = strcmp(x->kind, y->kind);

	if (!by)
		by = strcmp(x->path, y->path);
	return by ? by : strcmp(x->text, y->text);
}

static int add(struct runtimes *r, const struct log *log,
	       const struct sb_runtime *record)
{
	const struct sb_module *m = log_module(log, record->module);
	struct runtime *more = realloc(r->runtime,
				       (r->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	r->runtime = more;
	more[r->n++] = (struct runtime){
		.kind = record->text,
		.text = record->text + strlen(record->text) + 1,
		.path = m ? m->path : "?",
		.least = record->least,
		.most = record->most,
		.processes = 1,
	};
	return 0;
}

static void merge(struct runtimes *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct runtime *a = &r->runtime[n ? n - 1 : 0];
		const struct runtime *b = &r->runtime[i];

		if (!n || order(a, b)) {
			r->runtime[n++] = *b;
			continue;
		}
		a->processes++;
		if (b->least && (!a->least || b->least < a->least))
			a->least = b->least;
		if (b->most > a->most)
			a->most = b->most;
	}
	r->n = n;
}

int runtimes_find(struct runtimes *r, const struct rundir *run)
{
	*r = (struct runtimes){ 0 };
	for (size_t i = 0; i < run->nlogs; i++) {
		const struct log *log = &run->log[i];

		for (size_t k = 0; k < log->nruntimes; k++)
			if (log->runtime[k] && add(r, log, log->runtime[k])) {
				runtimes_free(r);
				return -ENOMEM;
			}
	}
	if (r->n)
		qsort(r->runtime, r->n, sizeof(*r->runtime), order);
	merge(r);
	return 0;
}

void runtimes_free(struct runtimes *r)
{
	free(r->runtime);
	*r = (struct runtimes){ 0 };
}
