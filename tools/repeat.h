/* SPDX-License-Identifier: MIT */
/* What verbs that run a program several times have in common: options, the
 * experiment, what counts as equal. */
#ifndef SAMEBITS_REPEAT_H
#define SAMEBITS_REPEAT_H

#include "attempts.h"
#include "runopts.h"
#include "tolerance.h"

/* As the command line has them; NULL: not given. */
extern struct repeat_wanted {
	const char *jobs, *timeout, *max_time, *in_place, *json;
} repeat_wanted;

/* Rows for tables. */
#define REPEAT_OPTIONS                                                         \
	{ "jobs", 'j', "N", "runs at a time (default 1)",                      \
	  &repeat_wanted.jobs },                                               \
	{ "timeout", 0, "TIME", "for one run: 90, 90s, 5m, 2h",                \
	  &repeat_wanted.timeout },                                            \
	{ "max-time", 0, "TIME", "begins nothing more after that (default 10m)",              \
	  &repeat_wanted.max_time },                                           \
	{ "in-place", 0, NULL, "files are not put back between runs",          \
	  &repeat_wanted.in_place },                                           \
	{ "json", 0, NULL, "the verdict as JSON on stdout",                    \
	  &repeat_wanted.json },                                               \
	TOLERANCE_OPTIONS

/* What else such a verb takes: how its runs are made. */
#define REPEATED_RUN_OPTIONS                                                   \
	CONTROL_OPTIONS LOG_OPTIONS FILE_OPTIONS                               \
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",        \
	  &wanted.store },                                                     \
	{ "quiet", 'q', NULL, "no progress, only the verdict",                 \
	  &wanted.quiet },

struct repeat {
	struct attempts attempts;
	struct trial trial;
	struct trial full; /* the same with every event */
	const char *option[128], *full_option[130];
	struct tolerance tolerance;
	double timeout, max_time; /* seconds; timeout 0: none */
	char record[4096];	  /* where what it came to is kept; "": nowhere */
};

/* Reads the options; false: something is wrong with them, and it was said. */
bool repeat_valid(struct repeat *r);
/* How the plain runs of this program are made. */
void repeat_prepare(struct repeat *r, bool native, char **argv);
/* Makes the store and the experiment. 0; else the verdict is in trouble. */
int repeat_begin(struct repeat *r, struct verdict *v);
/* Once it has begun: a record of it, of this kind (record.h). */
void repeat_record(struct repeat *r, const char *kind, char **argv);
/* Completes the record, where there is one, with {"verdict": …} and `more`
 * (which is taken) and the verb's status. What fails is said. */
void repeat_recorded(struct repeat *r, const char *kind, const struct verdict *v,
		     json_t *more);
/* Ends it; what `keep` has left is put in place. 0 or -errno. A signal that
 * asked for the end ends this process. */
int repeat_end(struct repeat *r, const struct attempt *keep);

/* One more of each. 0; -EINTR; -ECANCELED: the verdict is in trouble. */
int repeat_make(struct repeat *r, struct verdict *v,
		const struct trial *const *t, size_t n);
/* `n` more of a trial. */
int repeat_more(struct repeat *r, struct verdict *v, const struct trial *t,
		size_t n);
/* The differences of two attempts, as far as they count. 0 or -ENOMEM. */
int repeat_compare(struct repeat *r, struct verdict *v, const struct attempt *x,
		   const struct attempt *y);
/* Does the result differ beyond the tolerance? */
bool repeat_differ(struct repeat *r, const struct attempt *x,
		   const struct attempt *y);

/* For an option; false: it was said. */
bool option_count(const char *name, const char *text, uint64_t least,
		  uint64_t most, uint64_t *n);

#endif
