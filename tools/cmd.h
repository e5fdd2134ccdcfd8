/* SPDX-License-Identifier: MIT */
/* A verb is a file that ends in one row. argv[0] is the verb's name. */
#ifndef SAMEBITS_CMD_H
#define SAMEBITS_CMD_H

#define STATUS_TROUBLE 125 /* samebits' own, as env(1) and timeout(1) */
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127

struct cmd {
	const char *name;
	const char *about;
	int (*run)(int argc, char **argv);
};

int cmd_run(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_sources(int argc, char **argv);

#endif
