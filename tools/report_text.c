/* SPDX-License-Identifier: MIT */
/* A verdict for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cure.h"
#include "text.h"
#include "verdict.h"

#define FRAMES 12      /* of a stack */
#define DIFFERENCES 20 /* results that are shown */
#define SUSPECTS 8
#define RUNS 10
#define ORDERS 12 /* results of --chaos */

static void print_frame(FILE *to, const struct frame *f)
{
	const char *slash = f->module ? strrchr(f->module, '/') : NULL;

	text_print(to, f->function ? f->function : "?");
	if (f->file) {
		fputs(" at ", to);
		text_print(to, f->file);
		if (f->line)
			fprintf(to, ":%d", f->line);
	}
	if (f->module) {
		fputs(" in ", to);
		text_print(to, slash ? slash + 1 : f->module);
	}
}

static void print_stack(FILE *to, const struct stack *s, const char *indent)
{
	size_t i = 0, shown = 0;

	if (!s->n)
		fprintf(to, "%sfrom an unknown place\n", indent);
	for (; i < s->n && shown < FRAMES; i++) {
		/* Below lines of an interpreter, its own code says little. */
		if (s->frame[i].module && !s->frame[0].module)
			break;
		fputs(indent, to);
		print_frame(to, &s->frame[i]);
		fputc('\n', to);
		shown++;
	}
	if (i < s->n && s->frame[0].module)
		fprintf(to, "%s… and %zu more\n", indent, s->n - i);
}

static void print_place(FILE *to, const struct suspect *s)
{
	fprintf(to, "  %s (%s) in process %s, thread %s", s->source, s->group,
		s->process, s->thread);
	if (s->event)
		fprintf(to, ", event %" PRIu64, s->index);
	fputc('\n', to);
}

static void print_suspect(FILE *to, const struct suspect *s)
{
	print_place(to, s);
	for (int i = 0; i < 2; i++)
		if (s->value[i]) {
			fprintf(to, "    %c  ", "AB"[i]);
			text_print(to, s->value[i]);
			fputc('\n', to);
		}
	if (stacks_equal(&s->stack[0], &s->stack[1]) || !s->stack[1].n) {
		print_stack(to, &s->stack[0], "      ");
	} else {
		if (s->stack[0].n) {
			fputs("    in A\n", to);
			print_stack(to, &s->stack[0], "      ");
		}
		fputs("    in B\n", to);
		print_stack(to, &s->stack[1], "      ");
	}
	if (s->cure)
		fprintf(to, "    %s\n", s->cure);
}

/* Was another write to the same shown before it? */
static bool shown(const struct verdict *v, size_t at, size_t first)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(v->suspect[i].group, SB_OUTPUT) &&
		    !strcmp(v->suspect[i].source, v->suspect[at].source) &&
		    (i < first || v->suspect[i].event))
			return true;
	return false;
}

/* Of stdout, stderr and files each the first, where the list above was cut:
 * writes stand at its end. */
static void print_writes(FILE *to, const struct verdict *v, size_t from)
{
	bool any = false;

	for (size_t i = from; i < v->suspects; i++) {
		if (strcmp(v->suspect[i].group, SB_OUTPUT) ||
		    !v->suspect[i].event || shown(v, i, from))
			continue;
		if (!any)
			fputs("\nthe first write that differs\n", to);
		print_suspect(to, &v->suspect[i]);
		any = true;
	}
}

void report_suspects(FILE *to, const struct verdict *v)
{
	size_t n = v->suspects < SUSPECTS ? v->suspects : SUSPECTS;

	if (!n)
		return;
	fprintf(to, "\n%s\n",
		v->native ? "what differs without control, the user's own code "
			    "first"
		: v->suspect[0].event ? "the first difference between two runs"
				      : "calls that differ between two runs");
	print_suspect(to, &v->suspect[0]);
	if (n > 1)
		fputs("\nand elsewhere, where each place first differs\n", to);
	for (size_t i = 1; i < n; i++)
		print_suspect(to, &v->suspect[i]);
	print_writes(to, v, n);
	if (v->suspects > n)
		fprintf(to, "  … and at %zu places more\n", v->suspects - n);
}

static void print_differences(FILE *to, const struct verdict *v)
{
	if (v->differences)
		fputs("\nresults that differ\n", to);
	for (size_t i = 0; i < v->differences && i < DIFFERENCES; i++) {
		const struct difference *d = &v->difference[i];

		fputs("  ", to);
		text_print(to, d->what);
		fprintf(to, "%s\n", d->within ? " (within the tolerance)" : "");
		text_print_lines(to, d->text, "    ");
	}
	if (v->differences > DIFFERENCES)
		fprintf(to, "  … and %zu more\n", v->differences - DIFFERENCES);
}

/* Each result of --chaos, with the command that repeats it. */
static void print_orders(FILE *to, const struct verdict *v)
{
	static const char *const again[] = {
		[AGAIN_NOT] = "",
		[AGAIN_SAME] = "; a second time, too",
		[AGAIN_OTHER] = "; ANOTHER RESULT the second time",
	};
	size_t n = v->variations;

	fputs("\neach result, and the command that repeats it\n", to);
	for (size_t i = 0; i < n && i < ORDERS; i++) {
		const struct variation *x = &v->variation[i];

		fprintf(to, "  %zu order%s%s\n    ", x->orders,
			x->orders == 1 ? "" : "s", again[x->again]);
		text_print(to, x->how);
		fputc('\n', to);
		text_print_lines(to, x->text, "      ");
	}
	if (n > ORDERS)
		fprintf(to, "  … and %zu more, which --json has\n", n - ORDERS);
}

static void print_variations(FILE *to, const struct verdict *v)
{
	if (v->variations && v->variation[0].orders) {
		print_orders(to, v);
		return;
	}
	if (v->variations)
		fputs("\nwhat the result depends on\n", to);
	for (size_t i = 0; i < v->variations; i++) {
		const struct variation *x = &v->variation[i];

		fprintf(to, "  %-10s %-26s %s\n",
			x->trouble ? "not known"
			: x->text  ? "DEPENDS"
				   : "no",
			x->name, x->how);
		text_print_lines(to, x->trouble ? x->trouble : x->text,
			    "               ");
	}
}

/* "kind: what", and what would help with that kind. */
static void print_uncontrolled(FILE *to, const struct verdict *v)
{
	if (v->nuncontrolled)
		fputs("\nnot controlled\n", to);
	for (size_t i = 0; i < v->nuncontrolled; i++) {
		const char *text = v->uncontrolled[i];
		char *kind = strndup(text, strcspn(text, ":"));
		const char *cure = kind ? cure_of_blind(kind) : NULL;

		text_print_lines(to, text, "  ");
		if (cure)
			text_print_lines(to, cure, "    ");
		free(kind);
	}
}

static void print_runs(FILE *to, const struct verdict *v)
{
	if (!v->runs)
		return;
	if (v->runs > RUNS)
		fprintf(to, "\n%zu runs: %s to %s", v->runs, v->run[0].name,
			v->run[v->runs - 1].name);
	else
		fputs("\nruns", to);
	fputc('\n', to);
	for (size_t i = 0; i < v->runs && v->runs <= RUNS; i++)
		fprintf(to, "  %s  %.2f s  exit status %d\n", v->run[i].name,
			v->run[i].seconds, v->run[i].status);
	fprintf(to, "\nsee samebits report %s", v->run[0].name);
	if (v->runs > 1)
		fprintf(to, "; samebits diff %s %s", v->run[v->runs - 2].name,
			v->run[v->runs - 1].name);
	fputc('\n', to);
}

int report_text(FILE *to, const struct verdict *v)
{
	if (v->is == VERDICT_TROUBLE) {
		text_print_lines(to, v->trouble, "");
	} else {
		text_print_lines(to, v->sentence, "");
	}
	if (v->likely && v->is != VERDICT_TROUBLE) {
		fputs("it depends on ", to);
		text_print_lines(to, v->likely, "");
	}
	if (v->is == VERDICT_SAME && !v->variations)
		return ferror(to) ? -EIO : 0;
	report_suspects(to, v);
	print_differences(to, v);
	print_variations(to, v);
	print_uncontrolled(to, v);
	if (v->is == VERDICT_DIFFERENT)
		print_runs(to, v);
	return ferror(to) ? -EIO : 0;
}
