/* SPDX-License-Identifier: MIT */
/* Folded stacks: "outermost;…;innermost count" lines, as Brendan Gregg's
 * flamegraph.pl and speedscope read them. The innermost is the source. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

struct stack {
	char *text;
	uint64_t calls;
};

/* Semicolons part frames, a line ends a stack. */
static void frame_print(FILE *to, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';'			    ? ':'
		      : (unsigned char)*name < 32 || *name == 127 ? '?'
							    : *name, to);
	fputc(';', to);
}

static int stack_make(struct export *e, const struct log *log,
		      const struct sb_counter *c, char **text)
{
	const struct sb_site *site = log_site(log, c->site);
	const char *slash = strrchr(log->head.program, '/');
	uint32_t i = site ? site->depth : 0;
	size_t size;
	FILE *to = open_memstream(text, &size);

	if (!to)
		return -ENOMEM;
	frame_print(to, slash ? slash + 1 : log->head.program);
	while (i--) {
		char *name = export_frame(e, log, &site->frame[i]);

		frame_print(to, name ? name : "?");
		free(name);
	}
	fputs(log->source[c->source].name, to);
	return fclose(to) ? -ENOMEM : 0;
}

static int by_text(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* Threads and processes call from the same places. */
static void print(FILE *to, struct stack *stack, size_t n)
{
	if (n)
		qsort(stack, n, sizeof(*stack), by_text);
	for (size_t i = 0; i < n; i++) {
		uint64_t calls = stack[i].calls;

		while (i + 1 < n && !strcmp(stack[i].text, stack[i + 1].text))
			calls += stack[++i].calls;
		fprintf(to, "%s %" PRIu64 "\n", stack[i].text, calls);
	}
}

int export_folded(struct export *e, FILE *to)
{
	struct stack *stack;
	size_t room = 1, n = 0;
	int ret = 0;

	for (size_t i = 0; i < e->run.nlogs; i++)
		room += e->run.log[i].ncounters;
	stack = calloc(room, sizeof(*stack));
	if (!stack)
		return -ENOMEM;
	for (size_t i = 0; i < e->run.nlogs && ret == 0; i++) {
		const struct log *log = &e->run.log[i];

		for (size_t k = 0; k < log->ncounters && ret == 0; k++) {
			const struct sb_counter *c = log->counter[k];

			if (!c || !c->count)
				continue;
			stack[n].calls = c->count;
			ret = stack_make(e, log, c, &stack[n].text);
			n += ret == 0;
		}
	}
	if (ret == 0)
		print(to, stack, n);
	while (n)
		free(stack[--n].text);
	free(stack);
	return ret;
}
