/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

struct operation {
	const char *name;
	const char *file; /* of the line that called it; NULL: not known */
	uint32_t line;
	uint64_t calls;
};

struct list {
	struct operation *operation;
	size_t n;
};

static bool alerts(const char *source)
{
	return !strcmp(source, "torch_alert") ||
	       !strcmp(source, "torch_alert_c10");
}

/* NULL: its record is missing. */
static const char *name_of(const struct log *log, const struct sb_counter *c)
{
	const char *text = log_shape(log, c->source, c->first[0]);

	return text && !strncmp(text, "op=", 3) ? text + 3 : NULL;
}

/* Of the framework's own Python code: what the program did is further out. */
static bool inside(const struct sb_line *line)
{
	return strstr(line_file(line), "-packages/torch/") != NULL;
}

static const struct sb_line *line_of(const struct log *log,
				     const struct sb_site *site)
{
	for (uint32_t i = 0; site && i < site->lines; i++) {
		const struct sb_line *line = site_line(log, site, i);

		if (line && !inside(line))
			return line;
	}
	return site && site->lines ? site_line(log, site, 0) : NULL;
}

static int add(struct list *list, const struct operation *made)
{
	struct operation *more = realloc(list->operation,
					 (list->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	list->operation = more;
	more[list->n++] = *made;
	return 0;
}

/* One operation alerts from one place: the first value is that of all. */
static int from_log(struct list *list, const struct log *log)
{
	int ret = 0;

	for (size_t i = 0; i < log->ncounters && ret == 0; i++) {
		const struct sb_counter *c = log->counter[i];
		const struct sb_line *line;
		struct operation made;

		if (!c || !c->count || !alerts(log->source[c->source].name))
			continue;
		line = line_of(log, log_site(log, c->site));
		made = (struct operation){ .name = name_of(log, c),
					   .calls = c->count };
		if (!made.name)
			continue;
		if (line) {
			made.file = line_file(line);
			made.line = line->number;
		}
		ret = add(list, &made);
	}
	return ret;
}

static int order(const void *a, const void *b)
{
	const struct operation *x = a, *y = b;
	int by = strcmp(x->name, y->name);

	if (!by)
		by = strcmp(x->file ? x->file : "", y->file ? y->file : "");
	return by ? by : (x->line > y->line) - (x->line < y->line);
}

static int tell(struct blinds *blinds, const struct operation *o)
{
	char text[1024], place[768] = "";

	if (o->file)
		snprintf(place, sizeof(place), " at %.700s:%" PRIu32, o->file,
			 o->line);
	snprintf(text, sizeof(text),
		 "%.128s is not deterministic: %" PRIu64 " call%s%s", o->name,
		 o->calls, o->calls == 1 ? "" : "s", place);
	return blinds_add(blinds, "pytorch", text);
}

/* What stands together in the order is one line. */
static int tell_all(struct blinds *blinds, struct list *list)
{
	int ret = 0;

	for (size_t i = 0; i < list->n && ret == 0; i++) {
		struct operation *o = &list->operation[i];

		if (i + 1 < list->n && !order(o, o + 1))
			o[1].calls += o->calls;
		else
			ret = tell(blinds, o);
	}
	return ret;
}

int operations_find(struct blinds *blinds, const struct rundir *run)
{
	struct list list = { 0 };
	int ret = 0;

	for (size_t i = 0; i < run->nlogs && ret == 0; i++)
		ret = from_log(&list, &run->log[i]);
	if (list.n)
		qsort(list.operation, list.n, sizeof(*list.operation), order);
	if (ret == 0)
		ret = tell_all(blinds, &list);
	free(list.operation);
	return ret;
}
