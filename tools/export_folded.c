/* SPDX-License-Identifier: MIT */
/* Folded stacks: "outermost;…;innermost count" lines, as Brendan Gregg's
 * flamegraph.pl and speedscope read them. The innermost is the source. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

/* Semicolons part frames, a line ends a stack. */
static void frame_print(FILE *to, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';'			    ? ':'
		      : (unsigned char)*name < 32 || *name == 127 ? '?'
							    : *name, to);
	fputc(';', to);
}

static void frames_print(struct export *e, const struct log *log,
			 const struct sb_site *site, FILE *to)
{
	for (uint32_t i = site ? site->depth : 0; i--;) {
		char *name = export_frame(e, log, &site->frame[i]);

		frame_print(to, name ? name : "?");
		free(name);
	}
}

static void lines_print(const struct log *log, const struct sb_site *site,
			FILE *to)
{
	for (uint32_t i = site->lines; i--;) {
		const struct sb_line *line = site_line(log, site, i);
		const char *file = line ? line_file(line) : "?";
		const char *slash = strrchr(file, '/');
		char *name;

		if (asprintf(&name, "%s " FOLDED_AT "%s:%u",
			     line ? line_function(line) : "?",
			     slash ? slash + 1 : file,
			     line ? line->number : 0) < 0)
			name = NULL;
		frame_print(to, name ? name : "?");
		free(name);
	}
}

static int stack_make(struct export *e, const struct log *log,
		      const struct sb_counter *c, bool lines, char **text)
{
	const struct sb_site *site = log_site(log, c->site);
	const char *slash = strrchr(log->head.program, '/');
	size_t size;
	FILE *to = open_memstream(text, &size);

	if (!to)
		return -ENOMEM;
	frame_print(to, slash ? slash + 1 : log->head.program);
	if (lines && site && site->lines)
		lines_print(log, site, to);
	else
		frames_print(e, log, site, to);
	fputs(log->source[c->source].name, to);
	return fclose(to) ? -ENOMEM : 0;
}

static int by_text(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* Threads and processes call from the same places. */
static size_t merge(struct folded *stack, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(stack, n, sizeof(*stack), by_text);
	for (size_t i = 0; i < n; i++) {
		if (kept && !strcmp(stack[kept - 1].text, stack[i].text)) {
			stack[kept - 1].calls += stack[i].calls;
			free(stack[i].text);
		} else {
			stack[kept++] = stack[i];
		}
	}
	return kept;
}

static int fold_log(struct export *e, const struct log *log, bool lines,
		    struct folded *stack, size_t *n)
{
	int ret = 0;

	for (size_t k = 0; k < log->ncounters && ret == 0; k++) {
		const struct sb_counter *c = log->counter[k];

		if (!c || !c->count)
			continue;
		stack[*n].calls = c->count;
		ret = stack_make(e, log, c, lines, &stack[*n].text);
		*n += ret == 0;
	}
	return ret;
}

int export_fold(struct export *e, bool lines, struct folded **stack, size_t *n)
{
	size_t room = 1;
	int ret = 0;

	for (size_t i = 0; i < e->run.nlogs; i++)
		room += e->run.log[i].ncounters;
	*n = 0;
	*stack = calloc(room, sizeof(**stack));
	if (!*stack)
		return -ENOMEM;
	for (size_t i = 0; i < e->run.nlogs && ret == 0; i++)
		ret = fold_log(e, &e->run.log[i], lines, *stack, n);
	*n = merge(*stack, *n);
	return ret;
}

void export_fold_free(struct folded *stack, size_t n)
{
	while (n)
		free(stack[--n].text);
	free(stack);
}

int export_folded(struct export *e, FILE *to)
{
	struct folded *stack;
	size_t n;
	int ret = export_fold(e, false, &stack, &n);

	for (size_t i = 0; i < n && ret == 0; i++)
		fprintf(to, "%s %" PRIu64 "\n", stack[i].text, stack[i].calls);
	export_fold_free(stack, n);
	return ret;
}
