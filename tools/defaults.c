/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "defaults.h"
#include "say.h"

#define NAME "samebits.conf"
#define BLANKS " \t\r\n"

/* Keys must never become predictable, nor all runs go, by a file that somebody
 * forgot. */
static const char *const command_line_only[] = { "crypto", "all" };

/* What one file says of one option. */
struct setting {
	char *value;   /* NULL: nothing */
	char *origin;  /* "FILE:LINE" */
	bool of_verb;  /* in the verb's own section, which goes first */
};

struct file {
	const char *path;
	int line;
	const struct opt *table;
	const char *verb;
	const struct cmd *section; /* NULL: for every verb */
	struct setting setting[OPTS_MAX];
};

/* Kept to the end: options point to the values. */
static struct {
	const char *name;
	const char *origin;
	const char *value;
} origins[OPTS_MAX];
static size_t norigins;

const char *defaults_origin(const char *name, size_t len)
{
	for (size_t i = 0; i < norigins; i++)
		if (strlen(origins[i].name) == len &&
		    !memcmp(origins[i].name, name, len))
			return origins[i].origin;
	return NULL;
}

static int wrong(const struct file *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int wrong(const struct file *f, const char *format, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	fail("%s:%d: %s", f->path, f->line, text);
	free(text);
	return -EINVAL;
}

/* The blanks around it removed. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n && strchr(BLANKS, s[n - 1]))
		n--;
	s[n] = 0;
	return s;
}

static int enter_section(struct file *f, char *name)
{
	const char *names[32] = { NULL };
	size_t n = strlen(name);
	const char *near;

	if (!n || name[n - 1] != ']')
		return wrong(f, "a section ends with ]: [run]");
	name[n - 1] = 0;
	name = trim(name);
	for (size_t i = 0; verbs[i]; i++) {
		names[i] = verbs[i]->name;
		f->section = verbs[i];
		if (!strcmp(verbs[i]->name, name))
			return 0;
	}
	near = say_nearest(name, names);
	return wrong(f, "there is no verb %s%s%s%s", name,
		     near ? "; did you mean [" : "", near ? near : "",
		     near ? "]?" : "; see samebits --help");
}

/* In the section's table, or in any verb's. */
static const struct opt *known(const struct file *f, const char *name)
{
	size_t n = strlen(name);

	if (f->section)
		return opts_find(f->section->options, name, n);
	for (const struct cmd *const *v = verbs; *v; v++) {
		const struct opt *o = opts_find((*v)->options, name, n);

		if (o)
			return o;
	}
	return NULL;
}

static int unknown(const struct file *f, const char *name)
{
	const char *near = NULL;

	if (f->section)
		near = opts_nearest(f->section->options, name, false);
	for (const struct cmd *const *v = verbs;
	     !f->section && !near && *v; v++)
		near = opts_nearest((*v)->options, name, false);
	if (near)
		return wrong(f, "unknown option %s; did you mean %s?", name,
			     near);
	return wrong(f, "unknown option %s; see samebits %s --help", name,
		     f->section ? f->section->name : "VERB");
}

static int check(const struct file *f, const struct opt *o, const char *value)
{
	for (size_t i = 0; i < sizeof(command_line_only) / sizeof(char *); i++)
		if (!strcmp(o->name, command_line_only[i]))
			return wrong(f, "%s cannot be set in a file, only by "
				     "--%s on the command line", o->name,
				     o->name);
	if (o->arg && (!value || !*value))
		return wrong(f, "%s needs a value: %s = %s", o->name, o->name,
			     o->arg);
	if (!o->arg && (!value || (strcmp(value, "yes") &&
				   strcmp(value, "no"))))
		return wrong(f, "%s is yes or no: %s = yes", o->name, o->name);
	return 0;
}

/* The last line for an option counts, or all of those in the same section where
 * it may be there several times. */
static int keep(struct file *f, const char *name, const char *value)
{
	const struct opt *o = opts_find(f->table, name, strlen(name));
	struct setting *s = o ? &f->setting[o - f->table] : NULL;

	if (!s || (s->of_verb && !f->section))
		return 0;
	if (o->letter != OPT_MANY || s->of_verb != (f->section != NULL)) {
		free(s->value);
		s->value = NULL;
	}
	free(s->origin);
	s->of_verb = f->section;
	s->value = opts_join(s->value, value);
	if (asprintf(&s->origin, "%s:%d", f->path, f->line) < 0)
		s->origin = NULL;
	return s->value && s->origin ? 0 : -ENOMEM;
}

static int read_line(struct file *f, char *line)
{
	char *name = trim(line), *value = strchr(name, '=');
	const struct opt *o;
	int ret;

	if (!*name || *name == '#')
		return 0;
	if (*name == '[')
		return enter_section(f, name + 1);
	if (value)
		*value++ = 0;
	name = trim(name);
	value = value ? trim(value) : NULL;
	o = known(f, name);
	ret = o ? check(f, o, value) : unknown(f, name);
	if (ret || (f->section && strcmp(f->section->name, f->verb)))
		return ret;
	return keep(f, name, value);
}

static int read_lines(struct file *f, FILE *from)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int ret = 0;

	while (ret == 0 && (n = getline(&line, &room, from)) >= 0) {
		f->line++;
		if (strlen(line) != (size_t)n)
			ret = wrong(f, "there is a NUL byte in this line");
		else
			ret = read_line(f, line);
	}
	if (ret == 0 && ferror(from)) {
		fail("%s: cannot be read: %s", f->path, strerror(errno));
		ret = -EINVAL;
	}
	free(line);
	return ret;
}

static void remember(const char *name, struct setting *s)
{
	if (norigins == OPTS_MAX)
		return;
	origins[norigins].name = name;
	origins[norigins].origin = s->origin;
	origins[norigins++].value = s->value;
	s->value = s->origin = NULL; /* not dropped with the file */
}

/* What the file says of options that are still open. */
static void apply(struct file *f, bool given[OPTS_MAX])
{
	for (const struct opt *o = f->table; o->name; o++) {
		struct setting *s = &f->setting[o - f->table];

		if (!s->value || given[o - f->table])
			continue;
		given[o - f->table] = true;
		if (o->arg)
			*o->value = s->value;
		else
			*o->value = !strcmp(s->value, "yes") ? "1" : NULL;
		remember(o->name, s);
	}
}

static void drop(struct file *f)
{
	for (size_t i = 0; i < OPTS_MAX; i++) {
		free(f->setting[i].value);
		free(f->setting[i].origin);
	}
}

/* NULL, and *ret is 0 where there is no such file. */
static FILE *open_file(const char *path, int *ret)
{
	/* O_NONBLOCK: a FIFO of that name must not stop us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	*ret = 0;
	/* A home that may not be entered says nothing; a file does. */
	if (fd < 0 && access(path, F_OK) && errno != ELOOP)
		return NULL;
	*ret = -EINVAL;
	if (fd < 0) {
		fail("%s: cannot be read: %s; put it right, or --no-config",
		     path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		fail("%s: is not a regular file; put it right, or --no-config",
		     path);
		close(fd);
		return NULL;
	}
	return fdopen(fd, "r");
}

static int read_file(const char *path, const struct opt *table,
		     const char *verb, bool given[OPTS_MAX])
{
	struct file f = { .path = path, .table = table, .verb = verb };
	int ret;
	FILE *from = open_file(path, &ret);

	if (!from)
		return ret;
	ret = read_lines(&f, from);
	fclose(from);
	if (ret == 0)
		apply(&f, given);
	drop(&f);
	return ret;
}

/* Empty where the user has no such directory. */
static void users(char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	*path = 0;
	if (config && *config == '/') /* the specification ignores others */
		snprintf(path, size, "%s/samebits/" NAME, config);
	else if (home && *home == '/')
		snprintf(path, size, "%s/.config/samebits/" NAME, home);
}

int defaults_read(const struct opt *table, const char *verb,
		  bool given[OPTS_MAX])
{
	char path[PATH_MAX];
	int ret = read_file(NAME, table, verb, given);

	users(path, sizeof(path));
	if (ret == 0 && *path)
		ret = read_file(path, table, verb, given);
	return ret;
}
