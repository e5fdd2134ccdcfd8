/* SPDX-License-Identifier: MIT */
/* Starts the program with the shim in front and stands between it and the
 * terminal: signals, job control and the exit status go through. */
#ifndef SAMEBITS_LAUNCH_H
#define SAMEBITS_LAUNCH_H

#include <signal.h>
#include <stdbool.h>

#include "variables.h"

#define LAUNCH_LATER_MS 200

struct launch {
	const char *path;     /* what is executed */
	char **argv;
	const char *preload;  /* our object; NULL: run without it (--partial) */
	const char *settings; /* the value of SAMEBITS */
	const struct variables *variables; /* to be set */
	bool elf;	      /* not a script */
	struct sigaction file_size; /* SIGXFSZ's, as the program shall have it */
	bool fixed_addresses; /* turn address randomisation off */
	const char *const *keep; /* --private-tmp: what stays (tmpns.h); NULL:
				  * not wanted */
	bool apart;	      /* in a PID namespace of its own */
	bool user_namespace;  /* and for that in a user namespace */
	/* Called when the program has been forked, and once when it has run for
	 * LAUNCH_LATER_MS; may be NULL. */
	void (*early)(void *arg);
	void (*later)(void *arg);
	void *arg;
	const char *refused;  /* out: why not apart; nothing was started */
	bool addresses_denied; /* out: it was refused */
	const char *tmp_denied; /* out: why there is no private /tmp; NULL: it
				 * is there, or nobody wants it */
	int tmp_error;	      /* out: its errno */
	int exec_error;	      /* out: errno of a failed exec */
};

/* Returns the wait status of the program, or -errno. */
int launch(struct launch *l);
/* Ends this process as the program ended: its status, or its signal. Call it
 * last: processes in the background may go on. */
int launch_finish(int status);

#endif
