/* SPDX-License-Identifier: MIT */
/* `samebits replay`: a recorded run once more, with the values that it had. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "find.h"
#include "reader.h"
#include "recording.h"
#include "run.h"
#include "runopts.h"
#include "say.h"
#include "text.h"

#define FROM_MAX 511 /* what the shim has room for (shim/config.h) */

static const char *on_divergence;

static const struct opt options[] = {
	{ "on-divergence", 0, "continue|stop",
	  "with seeded values (default), or not at all", &on_divergence },
	AUDIT_OPTIONS OPTIONS_END
};

/* The options that decided on values stand in the manifest. */
static void take_options(const json_t *manifest)
{
	const json_t *given = json_object_get(manifest, "options");

	for (const struct opt *o = wanted_control; o->name; o++) {
		const char *value = json_string_value(
			json_object_get(given, o->name));

		if (value)
			*o->value = strdup(value);
	}
}

/* The recorded command, in its directory; NULL after saying why not. */
static char **recorded_command(const json_t *manifest, const char *run)
{
	const char *cwd = json_string_value(json_object_get(manifest, "cwd"));
	const json_t *words = json_object_get(manifest, "argv"), *word;
	size_t n = json_array_size(words), i;
	char **argv = calloc(n + 1, sizeof(*argv));

	if (!n || !argv ||
	    json_is_false(json_object_get(manifest, "argv_whole"))) {
		fail("%s: its command is not kept as a whole (a secret?); name "
		     "it: samebits replay %s -- PROGRAM [ARG...]", run, run);
		free(argv);
		return NULL;
	}
	json_array_foreach((json_t *)words, i, word)
		argv[i] = strdup(json_string_value(word) ? json_string_value(word)
							 : "");
	if (!cwd || chdir(cwd)) {
		fail("%s: it ran in %s: %s; name its program to replay it "
		     "here: samebits replay %s -- PROGRAM [ARG...]", run,
		     cwd ? cwd : "an unknown directory", strerror(errno), run);
		free(argv);
		return NULL;
	}
	return argv;
}

/* Runs are kept where the recorded one is. */
static const char *store_of(const char *dir)
{
	static char store[PATH_MAX];

	snprintf(store, sizeof(store), "%s", dir);
	*strrchr(store, '/') = 0;
	return store;
}

static int start(const char *name, char **argv)
{
	char dir[PATH_MAX];
	json_t *manifest;
	int ret = find_run(wanted.store, name, dir, sizeof(dir));

	if (ret)
		return ret;
	if (find_is_record(name, dir))
		return STATUS_TROUBLE;
	manifest = manifest_read(dir);
	if (!recording_take(manifest, dir)) {
		json_decref(manifest);
		return fail("%s: this run was not recorded; record one with "
			    "samebits run --record -- PROGRAM", name);
	}
	if (strlen(dir) > FROM_MAX)
		return fail("%s: a path longer than %d bytes; move the store",
			    dir, FROM_MAX);
	take_options(manifest);
	if (!wanted.store)
		wanted.store = store_of(dir);
	if (!*argv)
		argv = recorded_command(manifest, name);
	json_decref(manifest);
	if (!argv || !wanted_valid())
		return STATUS_TROUBLE;
	recording.stop = on_divergence && !strcmp(on_divergence, "stop");
	return run_program(argv);
}

static int replay(int argc, char **argv)
{
	int first, ret = opts_parse(options, argc, argv, &first);
	const char *name = ret ? NULL : argv[first];

	/* Options may follow the run, and then the program after "--". */
	if (name) {
		argc -= first;
		argv += first;
		ret = opts_parse(options, argc, argv, &first);
	}
	if (ret == 1) {
		opts_help(stdout, "replay [options] RUN [-- PROGRAM [ARG...]]",
			  "Runs once more what samebits run --record has "
			  "recorded, with the values that it\nhad then, and "
			  "says where it leaves the recording. The program's "
			  "name and words\nare the recorded ones, in the "
			  "directory where it ran, or those that are given.\n"
			  "The exit status is the program's; 125 is samebits' "
			  "own trouble.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (!name)
		return fail("replay what? samebits replay RUN; see samebits "
			    "list");
	if (on_divergence && strcmp(on_divergence, "continue") &&
	    strcmp(on_divergence, "stop"))
		return fail("--on-divergence %s: must be continue or stop",
			    on_divergence);
	return start(name, argv + first);
}

const struct cmd cmd_replay = { "replay",
				"run a recorded run once more", options,
				replay };
