/* SPDX-License-Identifier: MIT */
#include <alloca.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>

#include "config.h"
#include "lineage.h"
#include "log.h"
#include "process.h"
#include "processors.h"
#include "rule.h"
#include "source.h"
#include "standalone.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define ADDED 64 /* entries: the table of variables, and our two */

static bool failed; /* to start anew */

bool standalone(void)
{
	return config.store[0] && !config.dir[0];
}

static void say(const char *what, const char *of, const char *cure)
{
	char line[800];
	struct text t = text_start(line, sizeof(line));

	text_add(&t, "samebits: ");
	text_add(&t, what);
	text_add(&t, of);
	text_add(&t, cure);
	text_add(&t, "\n");
	sys3(SYS_write, 2, line, t.at - line);
}

/* As the launcher reads it. */
static void take_date(char **envp)
{
	const char *date = samebits_variable(envp, "SOURCE_DATE_EPOCH");
	char text[sizeof(config.base) + 64];
	struct text t = text_start(text, sizeof(text));

	if (!date || !*date || strstr(config.base, "start="))
		return;
	for (const char *p = date; *p; p++)
		if (*p < '0' || *p > '9') {
			say("SOURCE_DATE_EPOCH=", date, ": not a number of "
			    "seconds; set it right or unset it");
			return;
		}
	text_add(&t, config.base);
	text_add(&t, "start=");
	text_add(&t, date);
	config_parse(text);
}

/* A child may have changed directory when it opens its log. */
static void absolute_store(void)
{
	char here[sizeof(config.store)], path[sizeof(config.store)];
	struct text t = text_start(path, sizeof(path));

	if (config.store[0] == '/' || sys2(SYS_getcwd, here, sizeof(here)) < 0)
		return;
	text_add(&t, here);
	text_add(&t, "/");
	text_add(&t, config.store);
	memcpy(config.store, path, sizeof(path));
}

static int count(char **envp)
{
	int n = 0;

	while (envp[n])
		n++;
	return n;
}

/* The environment that the launcher would make, in its order. */
struct composed {
	char **vector;
	int n;
	char *texts; /* NULL: they are only counted */
	size_t length;
};

static void drop(struct composed *c, const char *name)
{
	size_t len = strlen(name);
	int n = 0;

	for (int i = 0; i < c->n; i++)
		if (strncmp(c->vector[i], name, len) ||
		    c->vector[i][len] != '=')
			c->vector[n++] = c->vector[i];
	c->n = n;
}

static size_t entry_length(const struct assignment *a)
{
	return strlen(a->row->name) + strlen(a->value) +
	       (a->was ? strlen(a->was) : 0) + 3;
}

static void add(const struct assignment *a, void *arg)
{
	struct composed *c = arg;
	size_t len = entry_length(a);
	struct text t;

	if (a->kept)
		return;
	c->length += len;
	if (!c->texts)
		return;
	drop(c, a->row->name);
	t = text_start(c->texts, (int)len);
	text_add(&t, a->row->name);
	text_add(&t, "=");
	if (a->row->join && a->was && *a->was) {
		text_add(&t, a->was);
		text_add(&t, (char[]){ a->row->join, 0 });
	}
	text_add(&t, a->value);
	c->vector[c->n++] = c->texts;
	c->texts += len;
}

static struct wish wish(void)
{
	return (struct wish){ .seed = (uint32_t)config.seed,
			      .threads = config.threads,
			      .processors = processors_allowed(),
			      .framework = !config.framework_off,
			      .portable = config.portable,
			      .turns = config.turns,
			      .ordered = config.openmp_ordered,
			      .force = config.environment_force };
}

/* Returns where it could not. */
static void start_anew(char **argv, char **envp)
{
	char program[4096];
	struct environment ours;
	const struct wish w = wish();
	struct composed c = { .n = count(envp) };
	long n = sys4(SYS_readlinkat, -100 /* AT_FDCWD */, "/proc/self/exe",
		      program, sizeof(program) - 1);
	long was = sys1(SYS_personality, 0xffffffff);

	/* The loader, called as a program, has taken words from argv. */
	if (n <= 0 || !getauxval(AT_BASE) || getauxval(AT_SECURE))
		return;
	program[n] = 0;
	if (was >= 0)
		sys1(SYS_personality, was | ADDR_NO_RANDOMIZE);
	samebits_environment(envp, &w, add, &c);
	c.texts = alloca(c.length + 1);
	c.vector = alloca(((size_t)c.n + ADDED) * sizeof(char *));
	ours.vector = alloca(((size_t)c.n + ADDED) * sizeof(char *));
	memcpy(c.vector, envp, (size_t)c.n * sizeof(char *));
	samebits_environment(envp, &w, add, &c);
	c.vector[c.n] = NULL;
	environment_first(&ours, c.vector);
	sys3(SYS_execve, program, argv, ours.vector);
}

void standalone_start(char **argv, char **envp)
{
	if (config.odd[0])
		say("SAMEBITS: ", config.odd, ": not a setting; see README.md");
	absolute_store();
	if (!process_make_run()) {
		say(config.store, ": cannot make a run here, nothing is "
		    "logged; name another place with SAMEBITS=store=DIR", "");
		return;
	}
	if (config.suppress[0] && !rules_keep())
		say(config.suppress, ": cannot be read: nothing is "
		    "suppressed; see SAMEBITS=suppress=FILE", "");
	if (config.audit)
		return;
	take_date(envp);
	start_anew(argv, envp);
	failed = true;
}

void standalone_report(void)
{
	long now;

	if (config.audit || config.exec || !lineage_is_root(config.path))
		return;
	now = sys1(SYS_personality, 0xffffffff);
	/* As the launcher says it. */
	if (now < 0 || !(now & ADDR_NO_RANDOMIZE))
		log_blind("addresses",
			  "address randomisation could not be turned off");
	if (failed)
		log_blind("standalone", "the program could not be started "
			  "anew: addresses and hash seeds are as they were");
}
