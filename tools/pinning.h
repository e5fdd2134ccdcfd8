/* SPDX-License-Identifier: MIT */
/* What of a recorded environment can be made again, and what cannot. */
#ifndef SAMEBITS_PINNING_H
#define SAMEBITS_PINNING_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct pins {
	const json_t *record; /* environment.h; outlives this */
	json_t *system; /* {package: version} of the system's manager: what was
			 * loaded, and what owns the Python packages */
	json_t *python; /* [{"line": for pip, "why": comment or null}] of what
			 * was imported and what that requires */
	const char *python_version; /* "3.11.2"; NULL: no Python ran */
	bool python_of_system;	/* the interpreter is a package of the system */
	bool python_mixed; /* packages of the system were imported, too */
	const json_t *conda; /* NULL: none */
	json_t *notes; /* sentences: what cannot be pinned */
};

/* pip_alone: what the system's packages brought to Python is for pip, too.
 * 0 or -ENOMEM; pins_free() is due. */
int pins_find(struct pins *p, const json_t *record, bool pip_alone);
void pins_free(struct pins *p);

/* The first lines of a file, comments in shell's way: what it is of, how it is
 * used, what is not pinned. */
void pins_head(FILE *to, const struct pins *p, const char *what,
	       const char *how);

/* ---- the files ---- */
void pin_docker(FILE *to, const struct pins *p);
void pin_apptainer(FILE *to, const struct pins *p);
void pin_conda(FILE *to, const struct pins *p);
void pin_pip(FILE *to, const struct pins *p);

#endif
