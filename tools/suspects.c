/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cure.h"
#include "divergence.h"
#include "files.h"
#include "sites.h"
#include "suspects.h"

#define SUSPECTS_MOST 100

/* Nanoseconds since 1970, if that makes a date of our times. */
static bool date(uint64_t value, char *text, size_t size)
{
	time_t s = (time_t)(value / 1000000000u);
	struct tm tm;
	size_t n;

	if (s < 1000000000 || s > 4000000000 || !gmtime_r(&s, &tm))
		return false;
	n = strftime(text, size, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%09u UTC",
		 (unsigned)(value % 1000000000u));
	return true;
}

static char *value_text(const struct moment *m, const char *group)
{
	uint64_t value = m->event->value, length = m->event->length;
	const char *shape = log_shape(m->log, m->event->source, value);
	char when[64], bytes[48] = "";
	char *text;
	int ret;

	if (m->counter && m->counter->policy & SB_CRYPTO)
		return strdup("a value for cryptography, which is not kept");
	if (length)
		snprintf(bytes, sizeof(bytes), ", %" PRIu64 " bytes", length);
	if (shape)
		ret = asprintf(&text, "%s", shape);
	else if (!strcmp(group, "clock") && date(value, when, sizeof(when)))
		ret = asprintf(&text, "%s", when);
	else if (value < 1u << 31 || value > UINT64_MAX - (1u << 31))
		ret = asprintf(&text, "%" PRId64 "%s", (int64_t)value, bytes);
	else
		ret = asprintf(&text, "%016" PRIx64 "%s", value, bytes);
	return ret < 0 ? NULL : text;
}

static char *count_text(const struct sb_counter *c)
{
	char *text;

	if (asprintf(&text, "%" PRIu64 " calls, digest %016" PRIx64, c->count,
		     c->digest) < 0)
		return NULL;
	return text;
}

static char *moment_text(const struct moment *m, const struct divergence *d)
{
	if (m->event) {
		const struct source_name *s = &m->log->source[m->event->source];
		char *value = value_text(m, s->group), *text;

		if (!strcmp(s->name, d->source))
			return value;
		if (asprintf(&text, "%s: %s", s->name, value ? value : "?") < 0)
			text = NULL;
		free(value);
		return text;
	}
	if (m->counter)
		return count_text(m->counter);
	return strdup(m->log ? "no such call" : "no such process");
}

static bool is_crypto(const struct divergence *d)
{
	for (int i = 0; i < 2; i++)
		if (d->at[i].counter && d->at[i].counter->policy & SB_CRYPTO)
			return true;
	return false;
}

static bool forced(const struct divergence *d)
{
	const struct sb_counter *c =
		d->at[0].counter ? d->at[0].counter : d->at[1].counter;

	return c && !(c->policy & SB_CRYPTO) &&
	       (c->policy & SB_POLICY) == SB_FORCE;
}

static int fill(struct suspect *s, const struct divergence *d, bool native,
		struct symbols *symbols)
{
	const char *cure = cure_of_source(d->group, native, forced(d));
	int ret = 0;

	if (is_crypto(d))
		cure = "it counts as cryptography and got the real thing; "
		       "--crypto force controls it (UNSAFE: predictable keys)";
	if (d->operands_equal)
		cure = "it read the same numbers and wrote others: threads, "
		       "alignment or the kernel that was chosen; --threads 1, "
		       "--portable";
	s->source = strdup(d->source);
	s->group = strdup(d->group);
	s->process = strdup(d->process);
	s->thread = strdup(d->thread);
	s->cure = cure ? strdup(cure) : NULL;
	s->index = d->index;
	s->event = d->at[0].event || d->at[1].event;
	for (int i = 0; i < 2 && !ret; i++) {
		s->value[i] = moment_text(&d->at[i], d);
		if (d->at[i].event && !strcmp(d->group, SB_OUTPUT)) {
			s->written[i].digest = d->at[i].event->value;
			s->written[i].length = d->at[i].event->length;
		}
		if (d->at[i].log)
			ret = stack_of_site(&s->stack[i], symbols, d->at[i].log,
					    d->at[i].site);
	}
	return ret || !s->source || !s->group || !s->process || !s->thread
		       ? -ENOMEM
		       : 0;
}

static int add_all(struct verdict *v, const struct divergences *d, bool native,
		   struct symbols *symbols)
{
	int ret = 0;

	for (size_t i = 0; i < d->n && !ret && v->suspects < SUSPECTS_MOST;
	     i++) {
		struct suspect *s = verdict_add_suspect(v);

		ret = s ? fill(s, &d->at[i], native, symbols) : -ENOMEM;
	}
	return ret;
}

/* Without control all that is random differs, from the first instruction on.
 * What the user's own code asked for is likelier to matter than what libraries
 * did at their start, and what was written is a consequence. */
static int rank(const struct divergence *d)
{
	const struct moment *m = d->at[0].site ? &d->at[0] : &d->at[1];
	int output = strcmp(d->group, SB_OUTPUT) ? 0 : 4;

	if (m->site && site_own(m->log, m->site) < m->site->lines)
		return output;
	if (m->site && m->site->lines)
		return output + 3;
	for (uint32_t i = 0; m->site && i < m->site->depth; i++) {
		const struct sb_module *module =
			log_module(m->log, m->site->frame[i].module);

		if (module && !file_of_system(module->path))
			return output + 1;
	}
	return output + 2;
}

struct ranked {
	struct divergence d;
	int rank;
	size_t order;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank - y->rank;
	return (x->order > y->order) - (x->order < y->order);
}

static int put_own_first(struct divergences *d)
{
	struct ranked *list = calloc(d->n + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < d->n; i++)
		list[i] = (struct ranked){ d->at[i], rank(&d->at[i]), i };
	if (d->n)
		qsort(list, d->n, sizeof(*list), by_rank);
	for (size_t i = 0; i < d->n; i++)
		d->at[i] = list[i].d;
	free(list);
	return 0;
}

int suspects_find(struct verdict *v, const char *dir_a, const char *dir_b,
		  bool native, unsigned long long *events, bool *complete)
{
	struct symbols *symbols = symbols_new();
	struct divergences d = { 0 };
	struct rundir a, b;
	int ret = rundir_open(&a, dir_a), ret_b = rundir_open(&b, dir_b);

	symbols_know(symbols, dir_a);
	symbols_know(symbols, dir_b);
	if (!ret)
		ret = ret_b;
	if (!ret)
		ret = symbols ? divergences_find(&d, &a, &b) : -ENOMEM;
	v->native = native;
	if (!ret)
		ret = verdict_between(v, dir_a, dir_b);
	*events = d.events ? d.compared : 0;
	*complete = d.complete;
	if (!ret && native)
		ret = put_own_first(&d);
	if (!ret)
		ret = add_all(v, &d, native, symbols);
	divergences_free(&d);
	rundir_close(&a);
	rundir_close(&b);
	symbols_free(symbols);
	return ret;
}
