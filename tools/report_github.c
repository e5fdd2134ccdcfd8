/* SPDX-License-Identifier: MIT */
/* A verdict for GitHub Actions: workflow commands on stdout, and Markdown in
 * the file that GITHUB_STEP_SUMMARY names. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "globs.h"
#include "verdict.h"

/* What workflow commands take for their own in a message, and in a property. */
static void escaped(FILE *to, const char *s, bool property)
{
	for (; s && *s; s++) {
		bool special = *s == '%' || *s == '\r' || *s == '\n' ||
			       (property && (*s == ':' || *s == ','));

		if (special)
			fprintf(to, "%%%02X", (unsigned char)*s);
		else
			fputc(*s, to);
	}
}

static void annotate(FILE *to, const char *level, const struct frame *f,
		     const char *title, const char *text, const char *cwd)
{
	fprintf(to, "::%s ", level);
	if (f) {
		fputs("file=", to);
		escaped(to, path_below(f->file, cwd), true);
		fprintf(to, ",line=%d,", f->line);
	}
	fputs("title=", to);
	escaped(to, title, true);
	fputs("::", to);
	escaped(to, text, false);
	fputc('\n', to);
}

static void suspect(FILE *to, const struct suspect *s, const char *cwd)
{
	const struct stack *stack = s->stack[0].n ? &s->stack[0] : &s->stack[1];
	char *text;
	bool own;

	if (asprintf(&text,
		     "%s differs between two runs (process %s, thread %s)\n"
		     "A  %s\nB  %s\n%s",
		     s->source, s->process, s->thread,
		     s->value[0] ? s->value[0] : "-",
		     s->value[1] ? s->value[1] : "-",
		     s->cure ? s->cure : "") < 0)
		return;
	annotate(to, "error", stack_own(stack, &own),
		 "samebits: not the same bits", text, cwd);
	free(text);
}

static const char *headline(const struct verdict *v)
{
	const char *text = v->is == VERDICT_TROUBLE ? v->trouble : v->sentence;

	return text ? text : "";
}

/* The text report, as it is, below a heading. */
static int summarise(const struct verdict *v)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	FILE *to = path && *path ? fopen(path, "a") : NULL;
	int ret;

	if (!to)
		return path && *path ? -errno : 0;
	fprintf(to, "### samebits: %s\n\n````text\n",
		v->is == VERDICT_SAME	     ? "the same bits"
		: v->is == VERDICT_WITHIN    ? "equal within the tolerance"
		: v->is == VERDICT_DIFFERENT ? "different"
					     : "no verdict");
	ret = report_text(to, v);
	fputs("````\n", to);
	return fclose(to) ? -errno : ret;
}

#define ANNOTATIONS 10 /* GitHub shows no more of a step */

int report_github(FILE *to, const struct verdict *v)
{
	char cwd[PATH_MAX];
	size_t n = 0;

	if (!getcwd(cwd, sizeof(cwd)))
		*cwd = 0;
	for (size_t i = 0; i < v->suspects && n < ANNOTATIONS; i++, n++)
		suspect(to, &v->suspect[i], cwd);
	for (size_t i = 0; i < v->differences && n < ANNOTATIONS; i++, n++)
		annotate(to, v->difference[i].within ? "notice" : "error", NULL,
			 v->difference[i].what, v->difference[i].text, cwd);
	if (!n)
		annotate(to, v->is == VERDICT_SAME ? "notice" : "error", NULL,
			 "samebits", headline(v), cwd);
	return ferror(to) ? -EIO : summarise(v);
}
