/* SPDX-License-Identifier: MIT */
/* `samebits replay`: a recorded run once more, with the values that it had. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "recording.h"
#include "run.h"
#include "runopts.h"
#include "say.h"

static const char *on_divergence;

static const struct opt options[] = {
	{ "on-divergence", 0, "continue|stop",
	  "with seeded values (default), or not at all", &on_divergence },
	AUDIT_OPTIONS OPTIONS_END
};

static int replay(int argc, char **argv)
{
	int first, ret = opts_parse(options, argc, argv, &first);
	char **program;

	wanted.replay = ret ? NULL : argv[first];
	/* Options may follow the run, and then the program after "--". */
	if (wanted.replay) {
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
	if (!wanted.replay)
		return fail("replay what? samebits replay RUN; see samebits "
			    "list");
	if (on_divergence && strcmp(on_divergence, "continue") &&
	    strcmp(on_divergence, "stop"))
		return fail("--on-divergence %s: must be continue or stop",
			    on_divergence);
	recording.stop = on_divergence && !strcmp(on_divergence, "stop");
	program = argv + first;
	ret = recording_replay(&program);
	if (ret || !wanted_valid())
		return STATUS_TROUBLE;
	return run_program(program);
}

const struct cmd cmd_replay = { "replay", "run a recorded run once more",
				options, replay };
