/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
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

/* ---- what is found ---- */

int series_add(struct series *s, double value)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		double *more = realloc(s->value, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->value = more;
		s->room = room;
	}
	s->value[s->n++] = value;
	return 0;
}

int series_add_text(struct series *s, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end > text && !end[strspn(end, " \t\r\n")])
		return series_add(s, value);
	if (!s->wrong)
		s->wrong = strndup(text, 80);
	return 0;
}

void series_free(struct series *s)
{
	free(s->value);
	free(s->wrong);
	*s = (struct series){ 0 };
}

/* "1,5", "1.2.3": what came before the mark is not what was meant. */
static bool goes_on(const char *end)
{
	return *end && strchr(",.'", *end) && isdigit((unsigned char)end[1]);
}

/* As much of the match as is a number: "0.93," is one. */
static int add_match(struct series *s, char *text, size_t len)
{
	char after = text[len], *end;
	double value;
	int ret;

	text[len] = 0;
	value = strtod(text, &end);
	ret = end > text && !goes_on(end) ? series_add(s, value)
					  : series_add_text(s, text);
	text[len] = after;
	return ret;
}

int metric_series(const struct metric *m, const char *path, struct series *s)
{
	FILE *from = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	regmatch_t part[2];
	int ret = from ? 0 : -errno;

	while (!ret && getline(&line, &room, from) > 0) {
		char *at = line;

		line[strcspn(line, "\n")] = 0;
		/* Several in a line, as in what '\r' keeps on one. */
		while (!ret && *at &&
		       !regexec(&m->regex, at, 2, part,
				at == line ? 0 : REG_NOTBOL) &&
		       part[0].rm_eo > 0) {
			if (part[1].rm_so >= 0)
				ret = add_match(s, at + part[1].rm_so,
						(size_t)(part[1].rm_eo -
							 part[1].rm_so));
			at += part[0].rm_eo;
		}
	}
	free(line);
	if (from)
		fclose(from);
	return ret;
}

bool metric_read(const struct metric *m, const char *path, double *value)
{
	struct series s = { 0 };
	bool found = !metric_series(m, path, &s) && s.n;

	if (found)
		*value = s.value[s.n - 1];
	series_free(&s);
	return found;
}
