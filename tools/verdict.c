/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "sites.h"
#include "verdict.h"

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void stack_free(struct stack *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->frame[i].function);
		free(s->frame[i].file);
		free(s->frame[i].module);
	}
	free(s->frame);
	*s = (struct stack){ 0 };
}

static void free_suspect(struct suspect *s)
{
	free(s->source);
	free(s->group);
	free(s->process);
	free(s->thread);
	free(s->cure);
	for (int i = 0; i < 2; i++) {
		free(s->value[i]);
		stack_free(&s->stack[i]);
	}
}

void verdict_free(struct verdict *v)
{
	free(v->sentence);
	free(v->likely);
	free(v->trouble);
	for (size_t i = 0; i < v->runs; i++)
		free(v->run[i].name);
	free(v->run);
	free_list(v->compared, v->ncompared);
	free_list(v->uncontrolled, v->nuncontrolled);
	for (size_t i = 0; i < v->differences; i++) {
		free(v->difference[i].what);
		free(v->difference[i].text);
		json_decref(v->difference[i].details);
	}
	free(v->difference);
	for (size_t i = 0; i < v->suspects; i++)
		free_suspect(&v->suspect[i]);
	free(v->suspect);
	free(v->between[0]);
	free(v->between[1]);
	for (size_t i = 0; i < v->variations; i++) {
		free(v->variation[i].name);
		free(v->variation[i].how);
		free(v->variation[i].text);
		free(v->variation[i].trouble);
	}
	free(v->variation);
	*v = (struct verdict){ 0 };
}

int verdict_between(struct verdict *v, const char *dir_a, const char *dir_b)
{
	const char *const dir[2] = { dir_a, dir_b };

	for (int i = 0; i < 2; i++) {
		const char *slash = strrchr(dir[i], '/');

		free(v->between[i]);
		v->between[i] = strdup(slash ? slash + 1 : dir[i]);
	}
	return v->between[0] && v->between[1] ? 0 : -ENOMEM;
}

int verdict_status(const struct verdict *v)
{
	switch (v->is) {
	case VERDICT_SAME:
	case VERDICT_WITHIN:
		return STATUS_SAME;
	case VERDICT_DIFFERENT:
		return STATUS_DIFFERENT;
	case VERDICT_TROUBLE:
		break;
	}
	return STATUS_UNKNOWN;
}

static int set(char **text, const char *format, va_list ap)
{
	free(*text);
	if (vasprintf(text, format, ap) >= 0)
		return 0;
	*text = NULL;
	return -ENOMEM;
}

int verdict_say(struct verdict *v, const char *format, ...)
{
	va_list ap;
	int ret;

	va_start(ap, format);
	ret = set(&v->sentence, format, ap);
	va_end(ap);
	return ret;
}

int verdict_likely(struct verdict *v, const char *format, ...)
{
	va_list ap;
	int ret;

	va_start(ap, format);
	ret = set(&v->likely, format, ap);
	va_end(ap);
	return ret;
}

int verdict_trouble(struct verdict *v, const char *format, ...)
{
	va_list ap;
	int ret;

	v->is = VERDICT_TROUBLE;
	va_start(ap, format);
	ret = set(&v->trouble, format, ap);
	va_end(ap);
	return ret;
}

/* Room for one more item of `size` bytes, zeroed; NULL: no memory. */
static void *more(void **list, size_t *n, size_t size)
{
	char *grown = realloc(*list, (*n + 1) * size);

	if (!grown)
		return NULL;
	*list = grown;
	memset(grown + *n * size, 0, size);
	return grown + (*n)++ * size;
}
#define MORE(list, n) more((void **)&(list), &(n), sizeof(*(list)))

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

int verdict_add_run(struct verdict *v, const char *name, double seconds,
		    int status)
{
	struct verdict_run *r = MORE(v->run, v->runs);

	if (!r)
		return -ENOMEM;
	*r = (struct verdict_run){ strdup(name), seconds, status };
	return r->name ? 0 : -ENOMEM;
}

static int add_once(char ***list, size_t *n, const char *text)
{
	char **at;

	for (size_t i = 0; i < *n; i++)
		if (!strcmp((*list)[i], text))
			return 0;
	at = more((void **)list, n, sizeof(**list));
	if (!at)
		return -ENOMEM;
	*at = strdup(text);
	return *at ? 0 : ((*n)--, -ENOMEM);
}

int verdict_add_compared(struct verdict *v, const char *what)
{
	return add_once(&v->compared, &v->ncompared, what);
}

int verdict_add_uncontrolled(struct verdict *v, const char *what)
{
	return add_once(&v->uncontrolled, &v->nuncontrolled, what);
}

int verdict_add_difference(struct verdict *v, const char *what,
			   const char *text, json_t *details, bool within)
{
	struct difference *d = MORE(v->difference, v->differences);
	enum verdict_is is = within ? VERDICT_WITHIN : VERDICT_DIFFERENT;

	if (!d)
		return -ENOMEM;
	*d = (struct difference){ strdup(what), copy(text),
				  details ? json_incref(details) : NULL,
				  within };
	if (v->is < is)
		v->is = is;
	return d->what && (d->text || !text) ? 0 : -ENOMEM;
}

int verdict_add_variation(struct verdict *v, const char *name, const char *how,
			  const char *text, const char *trouble)
{
	struct variation *at = MORE(v->variation, v->variations);

	if (!at)
		return -ENOMEM;
	*at = (struct variation){ .name = strdup(name),
				  .how = strdup(how),
				  .text = copy(text),
				  .trouble = copy(trouble) };
	return at->name && at->how ? 0 : -ENOMEM;
}

int verdict_add_order(struct verdict *v, const char *name, const char *how,
		      const char *text, size_t orders, enum again again)
{
	int ret = verdict_add_variation(v, name, how, text, NULL);
	struct variation *at = ret ? NULL : &v->variation[v->variations - 1];

	if (at) {
		at->orders = orders;
		at->again = again;
	}
	return ret;
}

struct suspect *verdict_add_suspect(struct verdict *v)
{
	return MORE(v->suspect, v->suspects);
}

/* ---- stacks ---- */

static int add_frame(struct stack *s, const char *function, const char *file,
		     const char *module, int line)
{
	struct frame *f = MORE(s->frame, s->n);

	if (!f)
		return -ENOMEM;
	*f = (struct frame){ copy(function), copy(file), copy(module), line };
	return 0;
}

/* What every program, or thread, begins with says nothing. */
static bool is_beginning(const struct frame *f)
{
	static const char *const name[] = {
		"__libc_start_call_main",
		"__libc_start_main",
		"_start",
		"start_thread",
		"clone3",
		"__clone3",
		"clone",
	};

	for (size_t i = 0; f->function && i < sizeof(name) / sizeof(*name); i++)
		if (!strncmp(f->function, name[i], strlen(name[i])))
			return true;
	return false;
}

static void trim(struct stack *s)
{
	while (s->n > 1 && is_beginning(&s->frame[s->n - 1])) {
		s->n--;
		free(s->frame[s->n].function);
		free(s->frame[s->n].file);
		free(s->frame[s->n].module);
	}
}

int stack_of_site(struct stack *s, struct symbols *symbols,
		  const struct log *log, const struct sb_site *site)
{
	struct notes notes = { 0 };
	int ret = 0;

	*s = (struct stack){ 0 };
	for (uint32_t i = 0; site && i < site->lines && !ret; i++) {
		const struct sb_line *l = site_line(log, site, i);

		if (l)
			ret = add_frame(s, line_function(l), line_file(l), NULL,
					(int)l->number);
	}
	for (uint32_t i = 0; site && i < site->depth && !ret; i++) {
		const struct sb_frame *f = &site->frame[i];
		const struct sb_module *m = log_module(log, f->module);
		struct place p = { 0 };

		if (m)
			p = site_look_up(symbols, &notes, m, f->offset);
		ret = add_frame(s, p.function, p.file, m ? m->path : NULL,
				p.line);
	}
	notes_free(&notes);
	trim(s);
	return ret;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool stacks_equal(const struct stack *a, const struct stack *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct frame *x = &a->frame[i], *y = &b->frame[i];

		if (x->line != y->line || !same(x->function, y->function) ||
		    !same(x->file, y->file) || !same(x->module, y->module))
			return false;
	}
	return true;
}

/* Names relative to a build directory that is not here are somebody else's. */
static bool is_own(const struct frame *f)
{
	if (*f->file != '/' && access(f->file, R_OK))
		return false;
	return !file_of_system(f->file) &&
	       !(f->module && file_of_system(f->module));
}

const struct frame *stack_own(const struct stack *s, bool *own)
{
	const struct frame *any = NULL;

	*own = false;
	for (size_t i = 0; i < s->n; i++) {
		const struct frame *f = &s->frame[i];

		if (!f->file || !f->line || *f->file == '<')
			continue;
		if (!any)
			any = f;
		if (is_own(f)) {
			*own = true;
			return f;
		}
	}
	return any;
}
