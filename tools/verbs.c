/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "cmd.h"

const struct cmd *const verbs[] = {
	&cmd_run,
	&cmd_audit,
	&cmd_replay,
	&cmd_check,
	&cmd_diff,
	&cmd_blame,
	&cmd_env,
	&cmd_lock,
	&cmd_pin,
	&cmd_trials,
	&cmd_compare,
	&cmd_report,
	&cmd_list,
	&cmd_rm,
	&cmd_export,
	&cmd_import,
	&cmd_log,
	&cmd_sources,
	&cmd_doctor,
	NULL,
};
