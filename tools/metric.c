/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"
#include "say.h"

static bool add(struct metrics *m, const char *text)
{
	const char *equals = strchr(text, '=');
	struct metric *at = &m->at[m->n];
	char message[200];
	int ret;

	if (!equals || equals == text || !equals[1]) {
		fail("--metric %s: must be NAME=REGEX, as in "
		     "'loss=loss: ([0-9.e-]+)'",
		     text);
		return false;
	}
	if (m->n == METRICS_MOST) {
		fail("--metric: more than %d of them", METRICS_MOST);
		return false;
	}
	ret = regcomp(&at->regex, equals + 1, REG_EXTENDED);
	if (ret || at->regex.re_nsub < 1) {
		if (ret)
			regerror(ret, &at->regex, message, sizeof(message));
		else
			regfree(&at->regex);
		fail("--metric %s: %s", text,
		     ret ? message : "the number must stand in parentheses");
		return false;
	}
	at->name = strndup(text, (size_t)(equals - text));
	m->n += at->name != NULL;
	return at->name;
}

bool metrics_parse(struct metrics *m, const char *lines)
{
	char *copy = lines ? strdup(lines) : NULL, *rest = copy, *one;
	bool ok = true;

	m->n = 0;
	while (ok && rest && (one = strsep(&rest, "\n")))
		ok = add(m, one);
	free(copy);
	return ok;
}

void metrics_free(struct metrics *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->at[i].name);
		regfree(&m->at[i].regex);
	}
	m->n = 0;
}

bool metric_read(const struct metric *m, const char *path, double *value)
{
	FILE *from = fopen(path, "re");
	char *line = NULL, *end;
	bool found = false;
	size_t room = 0;
	regmatch_t part[2];

	while (from && getline(&line, &room, from) > 0) {
		double number;

		if (regexec(&m->regex, line, 2, part, 0) || part[1].rm_so < 0)
			continue;
		number = strtod(line + part[1].rm_so, &end);
		if (end > line + part[1].rm_so) {
			*value = number;
			found = true;
		}
	}
	free(line);
	if (from)
		fclose(from);
	return found;
}
