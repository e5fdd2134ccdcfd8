/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "say.h"

/* A full disk or a closed pipe must not pass for a whole answer. */
static int written(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return fail("cannot write: %s", strerror(errno));
	return status;
}

static int help(FILE *to)
{
	fputs("Usage: samebits VERB [options] ...\n\n"
	      "Makes an unmodified program repeat bit for bit, and says by "
	      "name what would\nhave made it differ.\n\nVerbs:\n", to);
	for (const struct cmd *const *v = verbs; *v; v++)
		fprintf(to, "  %-10s %s\n", (*v)->name, (*v)->about);
	fputs("\nTry: samebits run -- PROGRAM; samebits report\n"
	      "samebits VERB --help says more of each.\n", to);
	return 0;
}

static int unknown(const char *word)
{
	const char *names[32] = { NULL };
	const char *near;

	for (int i = 0; verbs[i]; i++)
		names[i] = verbs[i]->name;
	near = say_nearest(word, names);
	if (near)
		return fail("there is no verb %s; did you mean %s?", word,
			    near);
	return fail("there is no verb %s; see samebits --help", word);
}

static const struct cmd *find(const char *word)
{
	for (const struct cmd *const *v = verbs; *v; v++)
		if (!strcmp((*v)->name, word))
			return *v;
	return NULL;
}

static int help_of(const char *word)
{
	const struct cmd *verb = find(word);
	char *argv[] = { (char *)word, "--help", NULL };

	return verb ? verb->run(2, argv) : unknown(word);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct cmd *verb;

	if (!word) {
		help(stderr);
		return STATUS_TROUBLE;
	}
	if (!strcmp(word, "help") && argc > 2)
		return written(help_of(argv[2]));
	if (!strcmp(word, "--help") || !strcmp(word, "-h") ||
	    !strcmp(word, "help"))
		return written(help(stdout));
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		puts("samebits " SAMEBITS_VERSION);
		return written(0);
	}
	verb = find(word);
	return verb ? written(verb->run(argc - 1, argv + 1)) : unknown(word);
}
