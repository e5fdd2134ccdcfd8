/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opts.h"
#include "plan.h"
#include "say.h"

/* ---- seeds ---- */

static bool add(struct plan *p, uint64_t first, uint64_t last)
{
	uint64_t n = last - first + 1;
	uint64_t *more;

	if (last < first || n > PLAN_MOST || p->seeds + n > PLAN_MOST) {
		fail("--seeds: more than %d seeds, or a range that ends before "
		     "it begins",
		     PLAN_MOST);
		return false;
	}
	more = realloc(p->seed, (p->seeds + n) * sizeof(*more));
	if (!more)
		return false;
	p->seed = more;
	for (uint64_t i = 0; i < n; i++)
		p->seed[p->seeds++] = first + i;
	return true;
}

static bool add_word(struct plan *p, char *word, const char **policy)
{
	char *dots = strstr(word, "..");
	uint64_t first, last;

	if (!strcmp(word, "honour") || !strcmp(word, "force")) {
		*policy = *word == 'h' ? "honour" : "force";
		return true;
	}
	if (dots)
		*dots = 0;
	if (opts_number(word, 0, &first) ||
	    opts_number(dots ? dots + 2 : word, 0, &last)) {
		fail("--seeds %s%s%s: must be numbers and ranges as in 1..10,42",
		     word, dots ? ".." : "", dots ? dots + 2 : "");
		return false;
	}
	return add(p, first, last);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool each_once(const struct plan *p)
{
	uint64_t *sorted = calloc(p->seeds + 1, sizeof(*sorted));
	bool ok = sorted != NULL;

	if (ok) {
		memcpy(sorted, p->seed, p->seeds * sizeof(*sorted));
		qsort(sorted, p->seeds, sizeof(*sorted), by_value);
	}
	for (size_t i = 1; i < p->seeds && ok; i++)
		if (sorted[i] == sorted[i - 1]) {
			fail("--seeds: %" PRIu64 " is there twice; several "
			     "runs of each seed are made by --repeat R",
			     sorted[i]);
			ok = false;
		}
	free(sorted);
	return ok;
}

bool plan_seeds(struct plan *p, const char *text, uint64_t n,
		const char **policy)
{
	char *copy = text ? strdup(text) : NULL, *rest = copy, *word;
	bool ok = true;

	while (ok && rest && (word = strsep(&rest, ",")))
		ok = add_word(p, word, policy);
	free(copy);
	if (ok && !p->seeds)
		ok = add(p, 1, n);
	return ok && each_once(p);
}

void plan_free(struct plan *p)
{
	free(p->seed);
	*p = (struct plan){ 0 };
}

/* ---- jobs ---- */

static size_t folds_of(const struct plan *p)
{
	return p->folds ? p->folds : 1;
}

size_t plan_jobs(const struct plan *p)
{
	return p->seeds * folds_of(p) * p->repeat;
}

struct job plan_job(const struct plan *p, size_t i)
{
	size_t trial = i / p->repeat;

	return (struct job){ .seed = p->seed[trial / folds_of(p)],
			     .trial = trial + 1,
			     .fold = p->folds ? (long)(trial % p->folds) : -1,
			     .repeat = (unsigned)(i % p->repeat) + 1,
			     .run = i + 1 };
}

/* ---- placeholders ---- */

static const char *const names[] = { "{seed}", "{trial}", "{fold}", "{run}" };

/* The one that `text` begins with; its value. NULL: none. */
static const char *placeholder(const char *text, const struct job *j,
			       char *value, size_t size)
{
	const unsigned long long values[] = { j->seed, j->trial,
					      j->fold < 0 ? 0 : j->fold,
					      j->run };

	for (size_t i = 0; i < 4; i++) {
		if (strncmp(text, names[i], strlen(names[i])) ||
		    (i == 2 && j->fold < 0))
			continue;
		snprintf(value, size, "%llu", values[i]);
		return names[i];
	}
	return NULL;
}

char *plan_expand(const char *text, const struct job *j)
{
	char *out = NULL, value[32];
	size_t size;
	FILE *to = open_memstream(&out, &size);

	if (!to)
		return NULL;
	while (*text) {
		const char *name = *text == '{' ? placeholder(text, j, value,
							      sizeof(value))
						: NULL;

		if (name) {
			fputs(value, to);
			text += strlen(name);
		} else {
			fputc(*text++, to);
		}
	}
	if (fclose(to)) {
		free(out);
		return NULL;
	}
	return out;
}

bool plan_mentions(const char *text, const char *name)
{
	return text && strstr(text, name);
}
