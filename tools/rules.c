/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "say.h"
#include "shim.h"
#include "sourcenames.h"

#define FILE_MAX (64u << 10) /* of suppressions */
#define RULES_MAX 256	     /* what the shim has room for */

static __typeof__(samebits_rule_fault) *rule_fault;
static __typeof__(samebits_suppression_fault) *suppression_fault;

static const struct sourcenames *known;

static bool bind(void)
{
	if (known)
		return true;
	*(void **)&rule_fault = shim_symbol("samebits_rule_fault");
	*(void **)&suppression_fault =
		shim_symbol("samebits_suppression_fault");
	if (rule_fault && suppression_fault)
		known = sourcenames();
	if (known)
		return true;
	fail("libsamebits.so cannot be loaded, so rules cannot be checked; "
	     "build or install it again");
	return false;
}

/* Does a source or group have the name that the rule begins with? where: said
 * in front. */
static bool name_known(const char *where, const char *rule)
{
	char word[64];
	const char *near;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(rule, "@"), rule);
	for (size_t i = 0; i < known->n; i++)
		if (!fnmatch(word, known->name[i], 0))
			return true;
	near = say_nearest(word, known->name);
	fail("%s: no source or group is called %s; %s%s%s", where, word,
	     near ? "did you mean " : "see samebits sources",
	     near ? near : "", near ? "?" : "");
	return false;
}

static bool rule_valid(const char *rule)
{
	size_t at;
	const char *fault = rule_fault(rule, strlen(rule), &at);

	if (!fault)
		return name_known("--deny", rule);
	fail("--deny %s: at character %zu: %s", rule, at + 1, fault);
	return false;
}

bool rules_valid(const char *list)
{
	bool valid = bind();

	while (valid) {
		size_t n = strcspn(list, ",");
		char *rule = strndup(list, n);

		valid = rule && rule_valid(rule);
		free(rule);
		if (!list[n])
			break;
		list += n + 1;
	}
	return valid;
}

/* The whole file; NULL: errno says why. */
static char *slurp(const char *file, size_t *size)
{
	FILE *f = fopen(file, "re");
	char *text = f ? malloc(FILE_MAX + 1) : NULL;

	*size = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
	if (text && ferror(f)) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	if (text && *size > FILE_MAX) {
		free(text);
		text = NULL;
		errno = EFBIG;
	}
	return text;
}

static int add(struct suppressions *s, unsigned number, const char *line,
	       size_t len, size_t at, size_t rule)
{
	struct suppression *grown =
		realloc(s->rule, (s->n + 1) * sizeof(*grown));
	const char *reason = line + at + rule;

	if (!grown)
		return -ENOMEM;
	s->rule = grown;
	reason += strspn(reason, " \t#");
	grown[s->n] = (struct suppression){
		.line = number, .rule = strndup(line + at, rule),
		.reason = strndup(reason, (size_t)(line + len - reason))
	};
	return grown[s->n].rule && grown[s->n++].reason ? 0 : -ENOMEM;
}

/* quiet: a line that is wrong is passed over. */
static int read_line(struct suppressions *s, const char *file, unsigned number,
		     const char *line, size_t len, bool quiet)
{
	size_t rule, at;
	const char *fault = suppression_fault(line, len, &rule, &at);
	char where[PATH_MAX + 32];
	int ret;

	snprintf(where, sizeof(where), "%s:%u:%zu", file, number, at + 1);
	if (!fault && memchr(line, 0, len))
		fault = "a byte 0; is this a text?";
	if (fault && !quiet)
		fail("%s: %s", where, fault);
	if (fault || !rule)
		return fault && !quiet ? -EINVAL : 0;
	if (s->n == RULES_MAX && !quiet)
		fail("%s: more than %u rules; use * and ?", where, RULES_MAX);
	if (s->n == RULES_MAX)
		return -E2BIG;
	ret = add(s, number, line, len, at, rule);
	if (ret == 0 && !quiet && !name_known(where, s->rule[s->n - 1].rule))
		return -EINVAL;
	return ret;
}

static int read_lines(struct suppressions *s, const char *file, bool quiet)
{
	const char *line = s->text, *end = s->text + s->size;
	int ret = 0;

	for (unsigned n = 1; line < end && ret == 0; n++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);

		if (len && line[len - 1] == '\r')
			len--;
		ret = read_line(s, file, n, line, len, quiet);
		line = newline ? newline + 1 : end;
	}
	return ret;
}

int suppressions_read(struct suppressions *s, const char *file)
{
	*s = (struct suppressions){ 0 };
	if (!bind())
		return -ELIBACC;
	s->text = slurp(file, &s->size);
	if (s->text)
		return read_lines(s, file, false);
	if (errno == EFBIG)
		fail("%s: longer than %u bytes: not a file of suppressions?",
		     file, FILE_MAX);
	else
		fail("--suppress %s: %s", file, strerror(errno));
	return -EINVAL;
}

void suppressions_of_run(struct suppressions *s, const char *dir)
{
	char file[PATH_MAX];

	*s = (struct suppressions){ 0 };
	snprintf(file, sizeof(file), "%s/suppressions", dir);
	s->text = slurp(file, &s->size);
	if (s->text && bind())
		read_lines(s, file, true);
}

int suppressions_write(const struct suppressions *s, const char *dir)
{
	char file[PATH_MAX];
	FILE *f;
	bool good;

	snprintf(file, sizeof(file), "%s/suppressions", dir);
	f = fopen(file, "wxe");
	if (!f)
		return -errno;
	good = fwrite(s->text, 1, s->size, f) == s->size;
	return fclose(f) || !good ? -EIO : 0;
}

static struct suppression *by_line(struct suppressions *s, uint32_t line)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rule[i].line == line)
			return &s->rule[i];
	return NULL;
}

void suppressions_count(struct suppressions *s, const struct rundir *run)
{
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].ncounters; k++) {
			const struct sb_counter *c = run->log[i].counter[k];
			struct suppression *r =
				c ? by_line(s, c->policy >> SB_SUPPRESSION)
				  : NULL;

			if (r)
				r->calls += c->count;
		}
}

void suppressions_free(struct suppressions *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->rule[i].rule);
		free(s->rule[i].reason);
	}
	free(s->rule);
	free(s->text);
	*s = (struct suppressions){ 0 };
}
