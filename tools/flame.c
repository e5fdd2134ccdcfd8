/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "plot.h"
#include "svg.h"

/* ---- from folded stacks ---- */

/* Stacks come sorted, so that only the last child can be the same frame. */
static struct flame_frame *child_of(struct flame *f, struct flame_frame *parent,
				    const char *name, size_t len)
{
	struct flame_frame *last = parent->last;

	if (last && !strncmp(last->name, name, len) && !last->name[len])
		return last;
	last = calloc(1, sizeof(*last));
	if (!last)
		return NULL;
	last->name = strndup(name, len);
	if (!last->name) {
		free(last);
		return NULL;
	}
	if (parent->last)
		parent->last->next = last;
	else
		parent->child = last;
	parent->last = last;
	f->frames++;
	return last;
}

static int add(struct flame *f, const struct folded *stack)
{
	double weight = 1 + log2((double)stack->calls);
	struct flame_frame *frame = &f->root;
	const char *at = stack->text;
	size_t depth = 0;

	for (;;) {
		size_t len = strcspn(at, ";");

		frame->calls += stack->calls;
		frame->weight += weight;
		if (!*at)
			break;
		frame = child_of(f, frame, at, len);
		if (!frame)
			return -ENOMEM;
		at += len + (at[len] == ';');
		depth++;
	}
	f->stacks++;
	f->depth = depth > f->depth ? depth : f->depth;
	return 0;
}

int flame_make(struct flame *f, struct export *e)
{
	struct folded *stack;
	size_t n;
	int ret = export_fold(e, true, &stack, &n);

	*f = (struct flame){ 0 };
	f->root.name = strdup("all calls");
	if (!ret && !f->root.name)
		ret = -ENOMEM;
	for (size_t i = 0; i < n && !ret; i++)
		ret = add(f, &stack[i]);
	export_fold_free(stack, n);
	return ret;
}

static void free_children(struct flame_frame *frame)
{
	struct flame_frame *child = frame->child, *next;

	for (; child; child = next) {
		next = child->next;
		free_children(child);
		free(child->name);
		free(child);
	}
}

void flame_free(struct flame *f)
{
	free_children(&f->root);
	free(f->root.name);
	*f = (struct flame){ 0 };
}

/* ---- walked ---- */

struct walk {
	double whole, least;
	void (*draw)(const struct flame_frame *, double, double, unsigned,
		     void *);
	void *arg;
	size_t left;
};

static size_t count(const struct flame_frame *frame)
{
	size_t n = 1;

	for (const struct flame_frame *c = frame->child; c; c = c->next)
		n += count(c);
	return n;
}

static void walk(struct walk *w, const struct flame_frame *frame, double x,
		 unsigned depth)
{
	double width = frame->weight / w->whole;

	if (width < w->least) {
		w->left += count(frame);
		return;
	}
	w->draw(frame, x, width, depth, w->arg);
	for (const struct flame_frame *c = frame->child; c; c = c->next) {
		walk(w, c, x, depth + 1);
		x += c->weight / w->whole;
	}
}

size_t flame_walk(const struct flame *f, double least,
		  void (*draw)(const struct flame_frame *, double, double,
			       unsigned, void *),
		  void *arg)
{
	struct walk w = { f->root.weight, least, draw, arg, 0 };

	if (f->root.weight > 0)
		walk(&w, &f->root, 0, 0);
	return w.left;
}

static void count_one(const struct flame_frame *frame, double x, double width,
		      unsigned depth, void *arg)
{
	(void)frame, (void)x, (void)width, (void)depth;
	++*(size_t *)arg;
}

double flame_least(const struct flame *f, double least)
{
	size_t drawn = FLAME_MOST + 1;

	for (; drawn > FLAME_MOST; least *= 1.5) {
		drawn = 0;
		flame_walk(f, least, count_one, &drawn);
	}
	return least / 1.5;
}

const char *flame_class(const struct flame_frame *frame)
{
	return !frame->child			? "frame-source"
	       : strstr(frame->name, FOLDED_AT) ? "frame-line"
						: "frame";
}

/* ---- drawn ---- */

#define ROW 18.0

struct drawing {
	FILE *to;
	double width;
};

static void draw(const struct flame_frame *frame, double x, double width,
		 unsigned depth, void *arg)
{
	struct drawing *d = arg;
	double left = x * d->width, room = width * d->width;

	svg_group(d->to, "tip", "%s: %llu calls", frame->name,
		  (unsigned long long)frame->calls);
	svg_rect(d->to, flame_class(frame), left, depth * ROW, room, ROW);
	svg_label(d->to, "tick", left + 4, depth * ROW + 13, room - 8,
		  frame->name);
	svg_group_end(d->to);
}

void plot_flame(FILE *to, int width, const void *data)
{
	const struct flame *f = data;
	struct drawing d = { to, width };
	double height = ((double)f->depth + 1) * ROW;
	size_t left;

	svg_begin(to, width, height + 26, "Where calls come from");
	left = flame_walk(f, flame_least(f, 1.5 / width), draw, &d);
	if (left)
		svg_text(to, "tick", 0, height + 18,
			 "Widths grow with the logarithm of calls; %zu "
			 "narrower frames are not drawn.",
			 left);
	else
		svg_text(to, "tick", 0, height + 18,
			 "Widths grow with the logarithm of calls.");
	svg_end(to);
}
