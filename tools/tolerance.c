/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "tolerance.h"

#define PATTERNS_MOST 64

struct tolerance_wanted tolerance_wanted;
static regex_t pattern[PATTERNS_MOST];

static bool real_number(const char *name, const char *text, double *x)
{
	char *end;

	if (!text)
		return true;
	*x = strtod(text, &end);
	if (end != text && !*end && *x >= 0 && isfinite(*x))
		return true;
	fail("--%s %s: must be a number of 0 or more, as 1e-6", name, text);
	return false;
}

static bool patterns(struct tolerance *t)
{
	char *lines = tolerance_wanted.ignore ? strdup(tolerance_wanted.ignore)
					      : NULL,
	     *rest = lines;
	char message[200], *one;
	int ret;

	while (rest && (one = strsep(&rest, "\n"))) {
		if (t->ignores == PATTERNS_MOST) {
			fail("--ignore-line: more than %d of them; join some "
			     "by |",
			     PATTERNS_MOST);
			free(lines);
			return false;
		}
		ret = regcomp(&pattern[t->ignores], one,
			      REG_EXTENDED | REG_NOSUB);
		if (ret) {
			regerror(ret, &pattern[t->ignores], message,
				 sizeof(message));
			fail("--ignore-line %s: %s", one, message);
			free(lines);
			return false;
		}
		t->ignores++;
	}
	free(lines);
	t->ignore = pattern;
	return true;
}

bool tolerance_valid(struct tolerance *t)
{
	*t = (struct tolerance){ 0 };
	return real_number("rtol", tolerance_wanted.rtol, &t->relative) &&
	       real_number("atol", tolerance_wanted.atol, &t->absolute) &&
	       patterns(t);
}
