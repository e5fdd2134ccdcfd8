/* SPDX-License-Identifier: MIT */
/* A verb is a file that ends in one row. argv[0] is the verb's name. */
#ifndef SAMEBITS_CMD_H
#define SAMEBITS_CMD_H

#include "opts.h"

#define STATUS_TROUBLE 125 /* samebits' own, as env(1) and timeout(1) */
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127

struct cmd {
	const char *name;
	const char *about;
	const struct opt *options;
	int (*run)(int argc, char **argv);
};

extern const struct cmd cmd_audit;
extern const struct cmd cmd_blame;
extern const struct cmd cmd_check;
extern const struct cmd cmd_compare;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_env;
extern const struct cmd cmd_export;
extern const struct cmd cmd_import;
extern const struct cmd cmd_list;
extern const struct cmd cmd_lock;
extern const struct cmd cmd_pin;
extern const struct cmd cmd_log;
extern const struct cmd cmd_replay;
extern const struct cmd cmd_report;
extern const struct cmd cmd_rm;
extern const struct cmd cmd_run;
extern const struct cmd cmd_sources;
extern const struct cmd cmd_trials;

extern const struct cmd *const verbs[]; /* NULL-terminated */

#endif
