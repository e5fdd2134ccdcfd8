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

extern const struct cmd cmd_run, cmd_audit, cmd_report, cmd_list, cmd_rm,
	cmd_export, cmd_sources, cmd_doctor;

extern const struct cmd *const verbs[]; /* NULL-terminated */

#endif
