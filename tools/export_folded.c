/* SPDX-License-Identifier: MIT */
/* Folded stacks: "outermost;…;innermost count" lines, as Brendan Gregg's
 * flamegraph.pl and speedscope read them. The innermost is the source. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "files.h"

/* Semicolons part frames, a line ends a stack. */
static void frame_print(FILE *to, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';'				  ? ':'
		      : (unsigned char)*name < 32 || *name == 127 ? '?'
								  : *name,
		      to);
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

static bool is_named(struct export *e, const struct sb_module *m,
		     const struct sb_frame *f)
{
	return m && symbols_find(e->symbols, m, f->offset).function;
}

/* Does this frame say as much as the next one further in? Nameless ones of the
 * same object do; where an interpreter tells lines, all of a system's object.
 */
static bool is_dull(struct export *e, const struct log *log,
		    const struct sb_site *site, uint32_t i)
{
	const struct sb_frame *f = &site->frame[i];
	const struct sb_module *m = log_module(log, f->module);

	if (!i || f->module != site->frame[i - 1].module || !m)
		return false;
	if (log->nlines && file_of_system(m->path))
		return true;
	return !is_named(e, m, f) && !is_named(e, m, &site->frame[i - 1]);
}

static void telling_frames_print(struct export *e, const struct log *log,
				 const struct sb_site *site, FILE *to)
{
	for (uint32_t i = site ? site->depth : 0; i--;) {
		char *name, *offset;

		if (is_dull(e, log, site, i))
			continue;
		name = export_frame(e, log, &site->frame[i]);
		offset = name ? strstr(name, "+0x") : NULL;
		if (offset)
			*offset = 0;
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
		      const struct sb_counter *c, bool telling, char **text)
{
	const struct sb_site *site = log_site(log, c->site);
	const char *slash = strrchr(log->head.program, '/');
	size_t size;
	FILE *to = open_memstream(text, &size);

	if (!to)
		return -ENOMEM;
	frame_print(to, slash ? slash + 1 : log->head.program);
	if (telling && site && site->lines)
		lines_print(log, site, to);
	else if (telling)
		telling_frames_print(e, log, site, to);
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

static int fold_log(struct export *e, const struct log *log, bool telling,
		    struct folded *stack, size_t *n)
{
	int ret = 0;

	for (size_t k = 0; k < log->ncounters && ret == 0; k++) {
		const struct sb_counter *c = log->counter[k];

		if (!c || !c->count)
			continue;
		stack[*n].calls = c->count;
		ret = stack_make(e, log, c, telling, &stack[*n].text);
		*n += ret == 0;
	}
	return ret;
}

int export_fold(struct export *e, bool telling, struct folded **stack,
		size_t *n)
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
		ret = fold_log(e, &e->run.log[i], telling, *stack, n);
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
