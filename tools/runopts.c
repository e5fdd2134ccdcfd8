/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pids.h"
#include "runopts.h"
#include "say.h"
#include "sourcenames.h"
#include "text.h"
#include "variables.h"

/* What the shim has room for (shim/config.h); more would be cut silently. */
#define LIST_MAX 255
#define RULES_LENGTH 511

struct wanted wanted;
struct suppressions suppressions;

const struct opt wanted_control[] = { CONTROL_OPTIONS OPTIONS_END };

json_t *wanted_json(void)
{
	json_t *j = json_object();

	for (const struct opt *o = wanted_control; o->name; o++)
		if (*o->value)
			json_object_set_new(j, o->name, text_json(*o->value));
	return j;
}

static bool one_of(const char *option, const char *value, const char *a,
		   const char *b)
{
	if (!value || !strcmp(value, a) || (b && !strcmp(value, b)))
		return true;
	fail("--%s %s: must be %s%s%s", option, value, a, b ? " or " : "",
	     b ? b : "");
	return false;
}

static bool number(const char *option, const char *text, int suffix)
{
	uint64_t n;

	if (!text || opts_number(text, suffix, &n) == 0)
		return true;
	fail("--%s %s: not a number%s", option, text,
	     suffix ? "; say 64M, for instance" : "");
	return false;
}

const char *wanted_shuffle(void)
{
	const size_t n = strlen("shuffle:");

	return wanted.order && !strncmp(wanted.order, "shuffle:", n)
		       ? wanted.order + n
		       : NULL;
}

static bool order_valid(void)
{
	uint64_t key;

	if (!wanted.order || !strcmp(wanted.order, "sorted") ||
	    !strcmp(wanted.order, "disk") || !strcmp(wanted.order, "reverse"))
		return true;
	if (wanted_shuffle() && opts_number(wanted_shuffle(), 0, &key) == 0)
		return true;
	if (wanted_shuffle() || !strcmp(wanted.order, "shuffle"))
		fail("--order %s: which shuffle is said by a number, as in "
		     "shuffle:1",
		     wanted.order);
	else
		fail("--order %s: must be sorted, disk, reverse or shuffle:K",
		     wanted.order);
	return false;
}

static bool known_word(const struct sourcenames *names, const char *option,
		       const char *word, bool force)
{
	const char *near = *word ? say_nearest(word, names->name) : NULL;
	size_t i = 0;

	while (i < names->n && strcmp(names->name[i], word))
		i++;
	if (i == names->n && !*word)
		fail("--%s: a name is missing between its commas", option);
	else if (i == names->n && near)
		fail("--%s: no source or group is called %s; did you mean %s?",
		     option, word, near);
	else if (i == names->n)
		fail("--%s: no source or group is called %s; see samebits "
		     "sources",
		     option, word);
	else if (force && !names->forced[i])
		fail("--%s: %s can only be observed so far; see samebits "
		     "sources, and --crypto for keys",
		     option, word);
	else
		return true;
	return false;
}

/* Every name of the list must be a source or a group. */
static bool known(const char *option, const char *list, bool force)
{
	const struct sourcenames *names;

	if (!list)
		return true;
	if (strlen(list) > LIST_MAX) {
		fail("--%s: the list is longer than %d bytes; name groups "
		     "instead of sources",
		     option, LIST_MAX);
		return false;
	}
	names = sourcenames();
	if (!names) {
		fail("libsamebits.so cannot be loaded, so --%s cannot be "
		     "checked; build or install it again",
		     option);
		return false;
	}
	for (;;) {
		size_t n = strcspn(list, ",");
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)n, list);
		if (!known_word(names, option, word, force))
			return false;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

/* A date for reproducible builds that is none must not go unnoticed. */
static bool date_valid(void)
{
	const char *date = getenv("SOURCE_DATE_EPOCH");
	uint64_t n;

	if (!date || !*date || opts_number(date, 0, &n) == 0)
		return true;
	fail("SOURCE_DATE_EPOCH=%s: not a number of seconds; set it right or "
	     "unset it",
	     date);
	return false;
}

/* Less would not hold the counters of a small program. */
#define LIMIT_LEAST (256u << 10)

static bool limit_valid(void)
{
	uint64_t n;

	if (!number("trace-limit", wanted.limit, 1))
		return false;
	if (!wanted.limit || opts_number(wanted.limit, 1, &n) ||
	    n >= LIMIT_LEAST)
		return true;
	fail("--trace-limit %s: a log needs 256K at least", wanted.limit);
	return false;
}

/* What is denied, and what may pass all the same. */
static bool denial_valid(void)
{
	if (wanted.deny && strlen(wanted.deny) > RULES_LENGTH) {
		fail("--deny: longer than %d bytes; use * and ? in its rules",
		     RULES_LENGTH);
		return false;
	}
	if (wanted.deny && !rules_valid(wanted.deny))
		return false;
	if (wanted.suppress && !wanted.deny) {
		fail("--suppress %s: nothing is denied, so nothing can be "
		     "suppressed; add --deny",
		     wanted.suppress);
		return false;
	}
	return !wanted.suppress ||
	       suppressions_read(&suppressions, wanted.suppress) == 0;
}

#define THREADS_MOST 65536

static bool threads_valid(void)
{
	uint64_t n;

	if (!wanted.threads || !strcmp(wanted.threads, "native"))
		return true;
	if (opts_number(wanted.threads, 0, &n) == 0 && n >= 1 &&
	    n <= THREADS_MOST)
		return true;
	fail("--threads %s: must be native or a number from 1 to %d",
	     wanted.threads, THREADS_MOST);
	return false;
}

/* Kernels that the processor cannot run would end the program. */
static bool portable_valid(void)
{
	if (!wanted.portable || samebits_portable())
		return true;
	fail("--portable: this processor has no AVX2 and FMA, to which numeric "
	     "libraries would be pinned; leave it away");
	return false;
}

static bool reseed_valid(void)
{
	if (!wanted.reseed || wanted.seed || wanted.own_seeds)
		return true;
	fail("--reseed needs --seed: it mixes the program's own seeds with that "
	     "number; add --seed N");
	return false;
}

#define LONGEST_WAIT 86400

static bool seconds(const char *option, const char *text, double *s)
{
	char *end;

	*s = strtod(text, &end);
	if (end != text && !*end && *s >= 0 && *s <= LONGEST_WAIT)
		return true;
	fail("--%s %s: must be a number of seconds, %d at most", option, text,
	     LONGEST_WAIT);
	return false;
}

uint64_t wanted_external_wait(void)
{
	return wanted.external_wait
		       ? (uint64_t)(strtod(wanted.external_wait, NULL) * 1000)
		       : 1000;
}

bool wanted_turns(void)
{
	return wanted.schedule && !strcmp(wanted.schedule, "turns");
}

/* What only turns have, said without them, would silently do nothing. */
static bool turns_valid(void)
{
	const struct {
		const char *name, *value;
		bool openmp; /* means something for --openmp=ordered, too */
	} only[] = {
		{ "schedule-seed", wanted.schedule_seed, false },
		{ "external-wait", wanted.external_wait, true },
		{ "patience", wanted.patience, true },
		{ "deadlock", wanted.deadlock, false },
	};
	bool ordered = wanted.openmp && !strcmp(wanted.openmp, "ordered");
	double s;

	for (size_t i = 0; i < sizeof(only) / sizeof(*only); i++)
		if (only[i].value && !wanted_turns() &&
		    !(ordered && only[i].openmp)) {
			fail("--%s is of --schedule=turns; add that",
			     only[i].name);
			return false;
		}
	return number("schedule-seed", wanted.schedule_seed, 0) &&
	       (!wanted.external_wait ||
		seconds("external-wait", wanted.external_wait, &s)) &&
	       number("patience", wanted.patience, 0) &&
	       one_of("deadlock", wanted.deadlock, "report", "exit");
}

static bool trap_known(const char *word)
{
	static const char *const words[] = { "tsc",    "syscall", "vdso",
					     "rdrand", "all",	  NULL };

	for (const char *const *w = words; *w; w++)
		if (!strcmp(word, *w))
			return true;
	fail("--trap %s: must be tsc, syscall, vdso, rdrand or all, several "
	     "with commas between",
	     word);
	return false;
}

static bool traps_valid(void)
{
	for (const char *list = wanted.trap; list;) {
		size_t n = strcspn(list, ",");
		char word[16];

		snprintf(word, sizeof(word), "%.*s", (int)n, list);
		if (!trap_known(word))
			return false;
		list = list[n] ? list + n + 1 : NULL;
	}
	return true;
}

bool wanted_valid(void)
{
	return date_valid() && number("seed", wanted.seed, 0) &&
	       reseed_valid() && limit_valid() &&
	       one_of("seeds", wanted.seeds, "honour", "force") &&
	       one_of("time", wanted.time, "logical", "real") &&
	       one_of("trace", wanted.trace, "sites", "full") &&
	       one_of("crypto", wanted.crypto, "force", NULL) &&
	       order_valid() && pids_valid(wanted.pids) && threads_valid() &&
	       portable_valid() && one_of("env", wanted.env, "keep", "force") &&
	       one_of("framework", wanted.framework, "on", "off") &&
	       one_of("mpi", wanted.mpi, "ordered", "native") &&
	       one_of("openmp", wanted.openmp, "ordered", "native") &&
	       one_of("blas", wanted.blas, "same", "native") &&
	       one_of("schedule", wanted.schedule, "turns", "native") &&
	       one_of("sleep", wanted.sleep, "real", "skip") &&
	       turns_valid() &&
	       one_of("addresses", wanted.addresses, "fixed", "random") &&
	       one_of("digest", wanted.digest, "blas", NULL) && traps_valid() &&
	       known("force", wanted.force, true) &&
	       known("observe", wanted.observe, false) && denial_valid();
}
