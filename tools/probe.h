/* SPDX-License-Identifier: MIT */
/* What this machine allows, tried out: each probe runs in a child of its own,
 * so that nothing it does stays. */
#ifndef SAMEBITS_PROBE_H
#define SAMEBITS_PROBE_H

#include <stdbool.h>
#include <stddef.h>

enum probe_result {
	PROBE_OK,
	PROBE_MISSING,
	PROBE_FACT, /* neither good nor bad */
};

struct probe {
	const char *name;
	bool core; /* without it samebits does not work */
	/* Writes what it found to text. */
	enum probe_result (*attempt)(char *text, size_t size);
	const char *without; /* what it costs to be without */
	const char *cure;
};

struct answer {
	enum probe_result result;
	char text[256];
};

/* Ended by a NULL name; each file of probes has one. */
extern const struct probe probes_core[], probes_kernel[], probes_software[];

/* Where runs would be kept. */
extern const char *probe_store;

void probe_ask(const struct probe *probe, struct answer *answer);
/* PROBE_MISSING, with the meaning of an errno. */
enum probe_result probe_failed(char *text, size_t size, const char *what,
			       int error);

#endif
