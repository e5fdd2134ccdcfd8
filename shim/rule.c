/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "config.h"
#include "log.h"
#include "module.h"
#include "python.h"
#include "real.h"
#include "rule.h"
#include "stack.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define RULES 256 /* of each kind */

/* A piece of a text. */
struct span {
	const char *at;
	size_t len;
};

static struct rule {
	struct span text;
	uint16_t line; /* in the file; 0: from the settings */
} deny[RULES], suppress[RULES];
static unsigned ndeny, nsuppress;

/* '*' stands for any characters, '?' for one. */
static bool glob(struct span pattern, const char *text)
{
	const char *p = pattern.at, *end = p + pattern.len;
	const char *star = NULL, *from = NULL;

	for (;;) {
		if (p < end && *p == '*') {
			star = ++p;
			from = text;
		} else if (p < end && *text && (*p == '?' || *p == *text)) {
			p++;
			text++;
		} else if (p == end && !*text) {
			return true;
		} else if (star && *from) {
			p = star;
			text = ++from;
		} else {
			return false;
		}
	}
}

/* The whole path where the pattern has a slash, else its last part. */
static bool path_glob(struct span pattern, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash && !memchr(pattern.at, '/', pattern.len))
		path = slash + 1;
	return glob(pattern, path);
}

/* What a rule says, part by part: NAME, then places. */
struct part {
	struct span text;
	bool anywhere; /* on the stack, "@@" */
};

/* The next part, after which *rest begins; false: there is none. */
static bool next_part(struct span *rest, struct part *part)
{
	size_t n = 0;

	if (!rest->len)
		return false;
	part->anywhere = rest->len > 1 && rest->at[0] == '@' &&
			 rest->at[1] == '@';
	if (rest->at[0] == '@') {
		rest->at += 1 + part->anywhere;
		rest->len -= 1 + part->anywhere;
	}
	while (n < rest->len && rest->at[n] != '@')
		n++;
	part->text = (struct span){ rest->at, n };
	rest->at += n;
	rest->len -= n;
	return true;
}

/* "GLOB()" */
static bool is_function(struct span *s)
{
	if (s->len < 2 || memcmp(s->at + s->len - 2, "()", 2))
		return false;
	s->len -= 2;
	return true;
}

/* "GLOB:NUMBER"; 0: it is none. */
static uint32_t take_number(struct span *s)
{
	size_t n = s->len, unit = 1;
	uint32_t number = 0;

	for (; n && s->at[n - 1] >= '0' && s->at[n - 1] <= '9'; n--, unit *= 10)
		number += (uint32_t)(s->at[n - 1] - '0') * (uint32_t)unit;
	if (!n || s->at[n - 1] != ':')
		return 0;
	s->len = n - 1;
	return number;
}

static bool function_matches(struct span name, const struct stack *stack, int n)
{
	for (int i = 0; i < n; i++) {
		const char *f = symbol_before(stack->module[i],
					      stack->address[i]);

		if (f && glob(name, f))
			return true;
	}
	return false;
}

static bool object_matches(struct span name, const struct stack *stack, int n)
{
	for (int i = 0; i < n; i++)
		if (stack->module[i] &&
		    path_glob(name, stack->module[i]->path))
			return true;
	return false;
}

/* The place that is none: CPython's own start and end. */
static bool is_interpreter(const struct part *part)
{
	static const char word[] = "<interpreter>";

	return part->text.len == sizeof(word) - 1 &&
	       !memcmp(part->text.at, word, sizeof(word) - 1);
}

static bool place_matches(const struct part *part, const struct caller *c)
{
	int n = part->anywhere ? c->stack->n : 1;
	unsigned lines = part->anywhere || !c->lines ? c->lines : 1;
	struct span name = part->text;
	bool function = is_function(&name);
	uint32_t number = function ? 0 : take_number(&name);

	if (is_interpreter(part))
		return c->interpreter;
	for (const struct line *l = c->line; l < c->line + lines; l++)
		if (function ? glob(name, l->function)
			     : path_glob(name, l->file) &&
				       (!number || number == l->number))
			return true;
	return function ? function_matches(name, c->stack, n)
			: !number && object_matches(name, c->stack, n);
}

static bool names(const struct rule *r, const struct source *s)
{
	struct span rest = r->text;
	struct part name;

	return next_part(&rest, &name) &&
	       (glob(name.text, s->name) || glob(name.text, s->group));
}

static bool matches(const struct rule *r, const struct source *source,
		    const struct caller *caller)
{
	struct span rest = r->text;
	struct part part;

	if (!names(r, source))
		return false;
	next_part(&rest, &part);
	while (next_part(&rest, &part))
		if (!place_matches(&part, caller))
			return false;
	return true;
}

bool rules_deny(const struct source *source, const struct caller *caller,
		uint16_t *suppression)
{
	bool denied = false;

	for (unsigned i = 0; i < ndeny && !denied; i++)
		denied = matches(&deny[i], source, caller);
	for (unsigned i = 0; i < nsuppress && denied; i++)
		if (matches(&suppress[i], source, caller)) {
			*suppression = suppress[i].line;
			denied = false;
		}
	return denied;
}

static bool name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '*' || c == '?';
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED const char *samebits_rule_fault(const char *text, size_t len,
					 size_t *at)
{
	struct span rest = { text, len };
	struct part part;

	*at = 0;
	if (!len || *text == '@')
		return "a source or group must come first";
	for (; *at < len && text[*at] != '@'; ++*at)
		if (!name_character(text[*at]))
			return "a source's name has letters, digits and _; * "
			       "and ? stand for any";
	while (next_part(&rest, &part)) {
		const char *digits = part.text.at + part.text.len;
		struct span name = part.text;

		*at = (size_t)(part.text.at - text);
		if (!is_function(&name) && digits[-1] >= '0' &&
		    digits[-1] <= '9')
			take_number(&name);
		if (!name.len)
			return "a place is missing after @: an object, a "
			       "Python file or a function()";
	}
	return NULL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

EXPORTED const char *samebits_suppression_fault(const char *line, size_t len,
						size_t *rule, size_t *at)
{
	size_t from = 0, to, reason;
	const char *fault;

	while (from < len && blank(line[from]))
		from++;
	for (to = from; to < len && !blank(line[to]) && line[to] != '#'; to++)
		;
	*at = from;
	*rule = to - from;
	if (from == to)
		return NULL; /* empty, or a comment */
	fault = samebits_rule_fault(line + from, to - from, at);
	*at += from;
	if (fault)
		return fault;
	for (*at = to; *at < len && blank(line[*at]); ++*at)
		;
	if (*at < len && line[*at] != '#')
		return "after the rule only # and a reason may come; for a "
		       "blank in a name write ?";
	for (reason = *at; reason < len && (blank(line[reason]) ||
					    line[reason] == '#'); reason++)
		;
	if (reason == len)
		return "the reason is missing; add # and why this may be";
	*at = from;
	return NULL;
}

static void add(struct rule *rule, unsigned *n, struct span text,
		unsigned line)
{
	if (*n < RULES)
		rule[(*n)++] = (struct rule){ text, (uint16_t)line };
	else
		log_blind("rules", "too many: the rest was not read");
}

/* The file's text, which stays mapped; an empty one where it has none. */
static struct span read_file(const char *file)
{
	struct span none = { "", 0 };
	struct stat st;
	long fd, p;

	fd = sys4(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return none;
	p = sys2(SYS_fstat, fd, &st);
	if (!p && st.st_size > 0)
		p = sys6(SYS_mmap, NULL, st.st_size, PROT_READ, MAP_PRIVATE,
			 fd, 0);
	sys1(SYS_close, fd);
	if (p <= 0 && p > -4096)
		return none;
	return (struct span){ (const char *)p, (size_t)st.st_size };
}

static void name_file(char *file, int size)
{
	struct text t = text_start(file, size);

	text_add(&t, config.dir);
	text_add(&t, "/suppressions");
}

bool rules_keep(void)
{
	char to[600];
	struct span text = read_file(config.suppress);
	long fd, n;

	name_file(to, sizeof(to));
	fd = sys4(SYS_openat, AT_FDCWD, to,
		  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	n = sys3(SYS_write, fd, text.at, text.len);
	sys1(SYS_close, fd);
	return text.len && n == (long)text.len;
}

/* The launcher has checked them; what it did not see is not obeyed. */
static void read_suppressions(void)
{
	char file[600];
	struct span rest;
	unsigned number = 1;

	name_file(file, sizeof(file));
	rest = read_file(file);
	for (; rest.len; number++) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.at) : rest.len;
		size_t rule, at;
		const char *fault = samebits_suppression_fault(rest.at, len,
							       &rule, &at);

		if (fault)
			log_blind("suppressions", fault);
		else if (rule)
			add(suppress, &nsuppress,
			    (struct span){ rest.at + at, rule }, number);
		rest.at += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
}

static void read_denied(void)
{
	struct span rest = { config.deny, strlen(config.deny) };
	size_t at;

	while (rest.len) {
		const char *end = memchr(rest.at, ',', rest.len);
		size_t len = end ? (size_t)(end - rest.at) : rest.len;
		const char *fault = samebits_rule_fault(rest.at, len, &at);

		if (fault)
			log_blind("deny", fault);
		else
			add(deny, &ndeny, (struct span){ rest.at, len }, 0);
		rest.at += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
}

/* Does one of its places look further than the caller? */
static bool looks_far(const struct rule *r)
{
	struct span rest = r->text;
	struct part part;

	while (next_part(&rest, &part))
		if (part.anywhere || is_interpreter(&part))
			return true;
	return false;
}

static void mark(struct source *row, void *arg)
{
	(void)arg;
	if (row->written || !strcmp(row->group, "memory"))
		return; /* no source; what nobody calls */
	for (unsigned i = 0; i < ndeny; i++) {
		bool named = names(&deny[i], row);

		row->denied |= named;
		row->exact |= named && looks_far(&deny[i]);
	}
	for (unsigned i = 0; i < nsuppress && row->denied; i++)
		row->exact |= names(&suppress[i], row) &&
			      looks_far(&suppress[i]);
}

void rules_start(void)
{
	if (!config.deny[0])
		return;
	read_denied();
	read_suppressions();
	real_each(mark, NULL);
}
