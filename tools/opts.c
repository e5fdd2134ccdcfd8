/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "opts.h"
#include "say.h"

static const struct opt *find(const struct opt *table, const char *name,
			      size_t len)
{
	for (; table->name; table++)
		if (strlen(table->name) == len &&
		    !memcmp(table->name, name, len))
			return table;
	return NULL;
}

static int unknown(const struct opt *table, const char *verb, const char *word,
		   size_t len)
{
	const char *names[64] = { "help" };
	char name[64];
	const char *near;

	for (int n = 1; table->name && n < 63; table++)
		names[n++] = table->name;
	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near = say_nearest(name, names);
	if (near)
		fail("unknown option --%s; did you mean --%s?", name, near);
	else
		fail("unknown option --%s; see samebits %s --help", name, verb);
	return -EINVAL;
}

static int take(const struct opt *o, int argc, char **argv, int *i,
		const char *attached)
{
	if (!o->arg) {
		if (attached) {
			fail("--%s takes no value", o->name);
			return -EINVAL;
		}
		*o->value = "1";
		return 0;
	}
	if (!attached && *i + 1 >= argc) {
		fail("--%s needs a value: --%s %s", o->name, o->name, o->arg);
		return -EINVAL;
	}
	*o->value = attached ? attached : argv[++*i];
	return 0;
}

static int letters(const struct opt *table, int argc, char **argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct opt *o = table;
		int ret;

		if (*p == 'h')
			return 1;
		while (o->name && o->letter != *p)
			o++;
		if (!o->name) {
			fail("unknown option -%c; see samebits %s --help", *p,
			     argv[0]);
			return -EINVAL;
		}
		if (o->arg)
			return take(o, argc, argv, i, p[1] ? p + 1 : NULL);
		ret = take(o, argc, argv, i, NULL);
		if (ret)
			return ret;
	}
	return 0;
}

int opts_parse(const struct opt *table, int argc, char **argv, int *first)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *word = argv[i];
		const struct opt *o;
		size_t len;
		int ret;

		if (!strcmp(word, "--")) {
			i++;
			break;
		}
		if (word[0] != '-' || !word[1])
			break;
		if (word[1] != '-') {
			ret = letters(table, argc, argv, &i);
			if (ret)
				return ret;
			continue;
		}
		word += 2;
		len = strcspn(word, "=");
		if (len == 4 && !memcmp(word, "help", 4))
			return 1;
		o = find(table, word, len);
		if (!o)
			return unknown(table, argv[0], word, len);
		ret = take(o, argc, argv, &i, word[len] ? word + len + 1 : NULL);
		if (ret)
			return ret;
	}
	*first = i;
	return 0;
}

void opts_help(FILE *to, const char *synopsis, const char *about,
	       const struct opt *table)
{
	fprintf(to, "Usage: samebits %s\n\n%s\n\nOptions:\n", synopsis, about);
	for (; table->name; table++) {
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s",
			 table->letter ? '-' : ' ',
			 table->letter ? table->letter : ' ',
			 table->letter ? ", " : "  ", table->name,
			 table->arg ? " " : "", table->arg ? table->arg : "");
		fprintf(to, "  %-26s %s\n", left, table->help);
	}
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
