/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "opts.h"
#include "say.h"

struct parse {
	const struct opt *table;
	int argc;
	char **argv;
	int at; /* the word being looked at */
	bool given[OPTS_MAX];
	char *lines[OPTS_MAX]; /* of those that may be there several times */
	bool no_config;
};

const struct opt *opts_find(const struct opt *table, const char *name,
			    size_t len)
{
	for (; table->name; table++)
		if (strlen(table->name) == len &&
		    !memcmp(table->name, name, len))
			return table;
	return NULL;
}

const char *opts_nearest(const struct opt *table, const char *word,
			 bool command_line)
{
	const char *names[OPTS_MAX + 3] = { NULL };
	int n = 0;

	if (command_line) {
		names[n++] = "help";
		names[n++] = "no-config";
	}
	for (; table->name && n < OPTS_MAX + 2; table++)
		names[n++] = table->name;
	return say_nearest(word, names);
}

static int unknown(const struct parse *p, const char *word, size_t len)
{
	const char *near;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near = opts_nearest(p->table, name, true);
	if (near)
		fail("unknown option --%s; did you mean --%s?", name, near);
	else
		fail("unknown option --%s; see samebits %s --help", name,
		     p->argv[0]);
	return -EINVAL;
}

char *opts_join(char *lines, const char *more)
{
	char *joined;

	if (!lines)
		return strdup(more);
	if (asprintf(&joined, "%s\n%s", lines, more) < 0)
		joined = NULL;
	free(lines);
	return joined;
}

static int give(struct parse *p, const struct opt *o, const char *value)
{
	char **lines = &p->lines[o - p->table];

	if (o->letter == OPT_MANY) {
		value = *lines = opts_join(*lines, value);
		if (!value)
			return -ENOMEM;
	}
	*o->value = value;
	return 0;
}

static int take(struct parse *p, const struct opt *o, const char *attached)
{
	p->given[o - p->table] = true;
	if (o->letter == OPT_MAYBE)
		return give(p, o, attached ? attached : "");
	if (!o->arg) {
		if (attached) {
			fail("--%s takes no value", o->name);
			return -EINVAL;
		}
		*o->value = "1";
		return 0;
	}
	if (!attached && p->at + 1 >= p->argc) {
		fail("--%s needs a value: --%s %s", o->name, o->name, o->arg);
		return -EINVAL;
	}
	return give(p, o, attached ? attached : p->argv[++p->at]);
}

static int letters(struct parse *p)
{
	for (const char *c = p->argv[p->at] + 1; *c; c++) {
		const struct opt *o = p->table;
		int ret;

		if (*c == 'h')
			return 1;
		while (o->name && o->letter != *c)
			o++;
		if (!o->name) {
			fail("unknown option -%c; see samebits %s --help", *c,
			     p->argv[0]);
			return -EINVAL;
		}
		if (o->arg)
			return take(p, o, c[1] ? c + 1 : NULL);
		ret = take(p, o, NULL);
		if (ret)
			return ret;
	}
	return 0;
}

/* --no-NAME; false: it is not the name of a flag. */
static bool undo(struct parse *p, const char *word, size_t len)
{
	const struct opt *o;

	if (len < 4 || memcmp(word, "no-", 3) || word[len])
		return false;
	o = opts_find(p->table, word + 3, len - 3);
	if (!o || o->arg)
		return false;
	p->given[o - p->table] = true;
	*o->value = NULL;
	return true;
}

static int word(struct parse *p)
{
	const char *name = p->argv[p->at] + 2;
	size_t len = strcspn(name, "=");
	const struct opt *o = opts_find(p->table, name, len);

	if (!strcmp(name, "help"))
		return 1;
	if (!strcmp(name, "no-config")) {
		p->no_config = true;
		return 0;
	}
	if (o)
		return take(p, o, name[len] ? name + len + 1 : NULL);
	return undo(p, name, len) ? 0 : unknown(p, name, len);
}

/* Operands are moved to the front, or end the options. */
static int parse(struct parse *p, bool permute, int *operands)
{
	int ret = 0;

	*operands = 0;
	for (p->at = 1; p->at < p->argc && ret == 0; p->at++) {
		char *w = p->argv[p->at];

		if (!strcmp(w, "--")) {
			p->at++;
			break;
		}
		if (w[0] == '-' && w[1] == '-')
			ret = word(p);
		else if (w[0] == '-' && w[1])
			ret = letters(p);
		else if (permute)
			p->argv[++*operands] = w;
		else
			break;
	}
	while (permute && ret == 0 && p->at < p->argc)
		p->argv[++*operands] = p->argv[p->at++];
	if (ret == 0 && !p->no_config)
		ret = defaults_read(p->table, p->argv[0], p->given);
	return ret;
}

int opts_parse(const struct opt *table, int argc, char **argv, int *first)
{
	struct parse p = { .table = table, .argc = argc, .argv = argv };
	int none, ret = parse(&p, false, &none);

	*first = p.at;
	return ret;
}

int opts_permute(const struct opt *table, int argc, char **argv, int *operands)
{
	struct parse p = { .table = table, .argc = argc, .argv = argv };

	return parse(&p, true, operands);
}

void opts_help(FILE *to, const char *synopsis, const char *about,
	       const struct opt *table)
{
	fprintf(to, "Usage: samebits %s\n\n%s\n\nOptions:\n", synopsis, about);
	for (; table->name; table++) {
		bool letter = table->letter > OPT_MAYBE;
		bool maybe = table->letter == OPT_MAYBE;
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s%s",
			 letter ? '-' : ' ', letter ? table->letter : ' ',
			 letter ? ", " : "  ", table->name,
			 maybe	      ? "[="
			 : table->arg ? " "
				      : "",
			 table->arg ? table->arg : "", maybe ? "]" : "");
		fprintf(to, "  %-26s %s\n", left, table->help);
	}
	fprintf(to, "  %-26s %s\n", "    --no-config",
		"no defaults from samebits.conf");
	fprintf(to, "  %-26s %s\n", "-h, --help", "this text");
}

int opts_number(const char *text, int suffix, uint64_t *n)
{
	bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	char *end;

	/* strtoull() would take blanks, signs and 010 for 8. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(text, &end, hex ? 16 : 10);
	if (errno)
		return -EINVAL;
	if (suffix && *end && !end[1]) {
		static const char units[] = "KMG";
		const char *unit = strchr(units, *end & ~0x20);
		int shift;

		if (!unit || !*unit)
			return -EINVAL;
		shift = 10 * (int)(unit - units + 1);
		if (*n > UINT64_MAX >> shift)
			return -EINVAL;
		*n <<= shift;
		end++;
	}
	return *end ? -EINVAL : 0;
}
