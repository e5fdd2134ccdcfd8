/* SPDX-License-Identifier: MIT */
/* Where the contents of two files differ, in words that a person can act on. */
#ifndef SAMEBITS_CONTENTS_H
#define SAMEBITS_CONTENTS_H

#include <regex.h>
#include <stddef.h>

#include <jansson.h>

/* What may differ. |a - b| <= absolute + relative x |b| is equal enough. */
struct tolerance {
	double relative, absolute;
	const regex_t *ignore; /* lines of text that match one are left out */
	size_t ignores;
};

enum contents_are { CONTENTS_SAME, CONTENTS_WITHIN, CONTENTS_DIFFER };

struct contents {
	enum contents_are are;
	const char *kind; /* "text", "npy", "zip", "torch", "safetensors",
			   * "bytes" */
	char *text; /* lines for people, without the last newline; NULL: SAME */
	json_t *details; /* for programs; NULL: SAME */
};

/* t NULL: equal bits. 0; or -errno: one cannot be read, c->text says which.
 * contents_free() is due in either case. */
int contents_compare(struct contents *c, const char *a, const char *b,
		     const struct tolerance *t);
void contents_free(struct contents *c);

#endif
