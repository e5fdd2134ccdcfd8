/* SPDX-License-Identifier: MIT */
#include <alloca.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>

#include "config.h"
#include "log.h"
#include "process.h"
#include "rule.h"
#include "standalone.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

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

static const char *value_of(char **envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, n) && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

/* As the launcher reads it. */
static void take_date(char **envp)
{
	const char *date = value_of(envp, "SOURCE_DATE_EPOCH");
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

struct additions {
	char python[40], perl[40];
	struct environment ours;
	char **vector;
};

static void add_hash_seed(char **vector, int *n, char *entry, int size,
			  const char *name)
{
	struct text t = text_start(entry, size);

	if (value_of(vector, name))
		return;
	text_add(&t, name);
	text_add(&t, "=");
	text_number(&t, (uint32_t)config.seed, 10, 1);
	vector[(*n)++] = entry;
	vector[*n] = NULL;
}

/* The environment that the launcher would make, in its order. */
static void compose(struct additions *a, char **envp)
{
	int n = 0;

	for (; envp[n]; n++)
		a->vector[n] = envp[n];
	a->vector[n] = NULL;
	add_hash_seed(a->vector, &n, a->python, sizeof(a->python),
		      "PYTHONHASHSEED");
	add_hash_seed(a->vector, &n, a->perl, sizeof(a->perl),
		      "PERL_HASH_SEED");
	environment_first(&a->ours, a->vector);
}

static int count(char **envp)
{
	int n = 0;

	while (envp[n])
		n++;
	return n;
}

/* Returns where it could not. */
static void start_anew(char **argv, char **envp)
{
	char program[4096];
	struct additions a;
	long n = sys4(SYS_readlinkat, -100 /* AT_FDCWD */, "/proc/self/exe",
		      program, sizeof(program) - 1);
	long was = sys1(SYS_personality, 0xffffffff);

	/* The loader, called as a program, has taken words from argv. */
	if (n <= 0 || !getauxval(AT_BASE) || getauxval(AT_SECURE))
		return;
	program[n] = 0;
	if (was >= 0)
		sys1(SYS_personality, was | ADDR_NO_RANDOMIZE);
	a.vector = alloca(((size_t)count(envp) + 5) * sizeof(char *));
	a.ours.vector = alloca(((size_t)count(envp) + 5) * sizeof(char *));
	compose(&a, envp);
	sys3(SYS_execve, program, argv, a.ours.vector);
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

	if (config.audit || config.exec || config.path[1])
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
