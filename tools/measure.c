/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "measurefile.h"
#include "plan.h"
#include "say.h"

static const char *const from_name[] = { "stdout", "json", "csv", "file" };
static const char *const value_name[] = { "last", "max", "min", "mean" };

const char *measure_from_name(enum measure_from from)
{
	return from_name[from];
}

const char *measure_value_name(enum measure_value value)
{
	return value_name[value];
}

bool measure_own_file(const struct measure *m)
{
	return plan_mentions(m->file, "{seed}") ||
	       plan_mentions(m->file, "{trial}") ||
	       plan_mentions(m->file, "{run}");
}

/* ---- options ---- */

static bool regex_valid(struct measure *m, const char *regex)
{
	char *text;
	bool ok;

	if (asprintf(&text, "%s=%s", m->name, regex) < 0)
		return false;
	ok = metrics_parse(&m->regex, text);
	free(text);
	return ok;
}

static enum measure_from source_of(const char *pattern)
{
	for (int from = FROM_JSON; from <= FROM_FILE; from++) {
		size_t n = strlen(from_name[from]);

		if (!strncmp(pattern, from_name[from], n) && pattern[n] == ':')
			return (enum measure_from)from;
	}
	return FROM_STDOUT;
}

static bool incomplete(const struct measure *m)
{
	fail("--metric %s=%s: must be %s", m->name, m->pattern,
	     m->from == FROM_JSON  ? "NAME=json:FILE:KEY, as in "
				     "'acc=json:result-{seed}.json:test.acc'"
	     : m->from == FROM_CSV ? "NAME=csv:FILE:COLUMN, as in "
				     "'loss=csv:log-{seed}.csv:val_loss'"
				   : "NAME=file:FILE, as in "
				     "'acc=file:acc-{seed}.txt'");
	return false;
}

/* FROM:FILE[:REST] */
static bool file_valid(struct measure *m)
{
	const char *file = m->pattern + strlen(from_name[m->from]) + 1;
	const char *rest = strchrnul(file, ':');

	if (rest == file)
		return incomplete(m);
	if (strncmp(file, "-:", 2) && strcmp(file, "-"))
		m->file = strndup(file, (size_t)(rest - file));
	rest += *rest == ':';
	if (m->from == FROM_FILE)
		return !*rest || regex_valid(m, rest);
	m->key = strdup(rest);
	return *rest ? m->key != NULL : incomplete(m);
}

static bool known(const struct measures *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->at[i].name, name)) {
			fail("--metric %s: is there twice; give them names of "
			     "their own",
			     name);
			return true;
		}
	return false;
}

static bool add(struct measures *all, const char *text)
{
	const char *equals = strchr(text, '=');
	struct measure *m = &all->at[all->n];

	if (!equals || equals == text || !equals[1]) {
		fail("--metric %s: must be NAME=REGEX, as in "
		     "'loss=loss: ([0-9.e-]+)', or NAME=json:FILE:KEY, "
		     "csv:FILE:COLUMN or file:FILE",
		     text);
		return false;
	}
	if (all->n == METRICS_MOST) {
		fail("--metric: more than %d of them", METRICS_MOST);
		return false;
	}
	*m = (struct measure){ .name = strndup(text, (size_t)(equals - text)),
			       .pattern = strdup(equals + 1),
			       .from = source_of(equals + 1) };
	if (!m->name || !m->pattern || known(all, m->name))
		return false;
	all->n++;
	return m->from == FROM_STDOUT ? regex_valid(m, m->pattern)
				      : file_valid(m);
}

static bool value_valid(struct measures *m, const char *value)
{
	for (int i = 0; value && i < 4; i++)
		if (!strcmp(value, value_name[i])) {
			m->value = (enum measure_value)i;
			return true;
		}
	if (value)
		fail("--value %s: must be last, max, min or mean", value);
	return !value;
}

bool measures_parse(struct measures *m, const char *lines, const char *value)
{
	char *copy = lines ? strdup(lines) : NULL, *rest = copy, *one;
	bool ok = value_valid(m, value);

	m->n = 0;
	while (ok && rest && (one = strsep(&rest, "\n")))
		ok = add(m, one);
	free(copy);
	return ok;
}

void measures_free(struct measures *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->at[i].name);
		free(m->at[i].pattern);
		free(m->at[i].file);
		free(m->at[i].key);
		metrics_free(&m->at[i].regex);
	}
	m->n = 0;
}

/* ---- reading ---- */

__attribute__((format(printf, 2, 3))) static int none(char **trouble,
						      const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (vasprintf(trouble, format, ap) < 0)
		*trouble = NULL;
	va_end(ap);
	return -ENOENT;
}

static int judge(const struct measure *m, const struct series *s, int ret,
		 char **trouble)
{
	const char *where = m->file ? m->file : "standard output";

	if (ret == -ENOMEM)
		return ret;
	if (ret && ret != -ENODATA)
		return none(trouble, "metric %s: %s: %s", m->name, where,
			    ret == -EBADMSG ? "is no JSON" : strerror(-ret));
	if (s->wrong)
		return none(trouble, "metric %s: \"%s\" in %s is not a number",
			    m->name, s->wrong, where);
	if (s->n)
		return 0;
	if (m->from == FROM_JSON || m->from == FROM_CSV)
		return none(trouble, "metric %s: %s has no %s %s", m->name,
			    where, m->from == FROM_JSON ? "key" : "column",
			    m->key);
	if (m->from == FROM_FILE && !m->regex.n)
		return none(trouble, "metric %s: %s is empty", m->name, where);
	return none(trouble, "metric %s: nothing in %s matches %s%s", m->name,
		    where, m->pattern,
		    strstr(m->pattern, "\\d")
			    ? "; \\d is not known in extended regular "
			      "expressions: say [0-9]"
			    : "");
}

int measure_read(const struct measure *m, const char *path, struct series *s,
		 char **trouble)
{
	int ret;

	*trouble = NULL;
	if (m->from == FROM_JSON)
		ret = series_of_json(s, path, m->key);
	else if (m->from == FROM_CSV)
		ret = series_of_csv(s, path, m->key);
	else if (m->regex.n)
		ret = metric_series(&m->regex.at[0], path, s);
	else
		ret = series_of_text(s, path);
	return judge(m, s, ret, trouble);
}

/* ---- what it comes to ---- */

static double value_of(const struct series *s, enum measure_value value)
{
	double of = s->value[s->n - 1];

	if (value == VALUE_LAST)
		return of;
	of = value == VALUE_MEAN ? 0 : s->value[0];
	for (size_t i = 0; i < s->n; i++)
		if (value == VALUE_MEAN)
			of += s->value[i] / (double)s->n;
		else if (isnan(s->value[i]))
			return NAN;
		else
			of = value == VALUE_MAX ? fmax(of, s->value[i])
						: fmin(of, s->value[i]);
	return of;
}

static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *measure_json(const struct series *s, enum measure_value value)
{
	json_t *j = json_object(), *list = json_array();
	size_t step = (s->n + SERIES_MOST - 1) / SERIES_MOST;
	double of = value_of(s, value);

	/* The last one is always there. */
	for (size_t i = (s->n - 1) % step; i < s->n; i += step)
		json_array_append_new(list, real(s->value[i]));
	json_object_set_new(j, "value", real(of));
	if (!isfinite(of))
		json_object_set_new(j, "nan", json_true());
	json_object_set_new(j, "series", list);
	if (step > 1)
		json_object_set_new(j, "series_step",
				    json_integer((json_int_t)step));
	return j;
}
