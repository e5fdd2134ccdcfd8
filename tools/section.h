/* SPDX-License-Identifier: MIT */
/* A diff in sections: equal ones take a line. */
#ifndef SAMEBITS_SECTION_H
#define SAMEBITS_SECTION_H

#include "verdict.h"

struct section {
	const char *title;
	const char *warns; /* said first, with the first line; NULL: not */
	char **line;	   /* each something that differs */
	size_t n;
};

/* One more line; without memory it is missing. */
void section_add(struct section *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Lines of a text that belong to the one before. */
void section_more(struct section *s, const char *text);
void section_free(struct section *s);

/* The sections, before the last of them where the runs first went apart;
 * events: how many were compared, 0: counters only. */
void sections_print(FILE *to, const struct section *s, size_t n,
		    const struct verdict *v, unsigned long long events,
		    bool complete);
void sections_json(FILE *to, const struct section *s, size_t n,
		   const struct verdict *v);

#endif
