/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "sites.h"

int report_open(struct report *r, const char *dir)
{
	int ret = rundir_open(&r->run, dir);

	if (ret == 0)
		ret = tally_make(&r->tally, &r->run);
	if (ret == 0)
		ret = blinds_find(&r->blinds, &r->run, HUGE_VAL);
	if (ret == 0)
		ret = runtimes_find(&r->runtimes, &r->run);
	if (ret == 0) {
		suppressions_of_run(&r->suppressions, dir);
		suppressions_count(&r->suppressions, &r->run);
	}
	if (ret == 0) {
		ret = files_read(&r->files, dir);
		if (ret == -EBADMSG)
			notes_add(&r->run.notes, "files.json is damaged");
		ret = ret == -ENOMEM ? ret : 0;
	}
	r->symbols = symbols_new();
	symbols_know(r->symbols, dir);
	return ret == 0 && !r->symbols ? -ENOMEM : ret;
}

void report_close(struct report *r)
{
	symbols_free(r->symbols);
	files_free(&r->files);
	suppressions_free(&r->suppressions);
	runtimes_free(&r->runtimes);
	blinds_free(&r->blinds);
	tally_free(&r->tally);
	rundir_close(&r->run);
}

const char *report_mode(const struct report *r)
{
	json_t *m = json_object_get(r->run.manifest, "mode");

	if (json_is_string(m))
		return json_string_value(m);
	if (!r->run.nlogs)
		return NULL;
	return r->run.log[0].head.mode == SB_AUDIT ? "audit" : "run";
}

const char *report_program(const struct report *r)
{
	json_t *p = json_object_get(r->run.manifest, "program");

	if (json_is_string(p))
		return json_string_value(p);
	return r->run.nlogs ? r->run.log[0].head.program : NULL;
}

/* ---- places ---- */

#define FNV_PRIME 1099511628211u /* FNV-1a */

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	return hash;
}

static uint64_t line_hash(uint64_t hash, const struct sb_line *line)
{
	if (!line)
		return hash;
	hash = hash_text(hash, line_file(line));
	return (hash ^ line->number) * FNV_PRIME;
}

static uint64_t lines_hash(const struct log *log, const struct sb_site *site,
			   uint32_t from, unsigned frames)
{
	uint64_t hash = 14695981039346656037u;

	for (uint32_t i = from; site && i < site->lines && i - from < frames;
	     i++)
		hash = line_hash(hash, site_line(log, site, i));
	return hash;
}

static uint64_t place_hash(const struct log *log, const struct sb_site *site,
			   unsigned frames)
{
	uint64_t hash = lines_hash(log, site, 0, frames);

	for (uint32_t i = 0; site && i < site->depth && i < frames; i++) {
		const struct sb_frame *f = &site->frame[i];
		const struct sb_module *m = log_module(log, f->module);

		hash = hash_text(hash, m ? m->path : "");
		hash = (hash ^ f->offset) * FNV_PRIME;
	}
	return hash;
}

/* As site_print_own() shows it. */
static uint64_t own_hash(const struct log *log, const struct sb_site *site,
			 unsigned frames)
{
	uint32_t own = site ? site_own(log, site) : 0;

	return site && own < site->lines ? lines_hash(log, site, own, frames)
					 : place_hash(log, site, frames);
}

bool report_of_seeding(const char *group)
{
	return !strcmp(group, SB_SEEDING);
}

static int by_hash(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static int by_calls(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return x->calls != y->calls ? (x->calls < y->calls ? 1 : -1)
				    : by_hash(a, b);
}

size_t report_places(struct shown *shown, const struct tally_source *s,
		     unsigned frames)
{
	size_t n = 0;

	for (size_t i = 0; i < s->uses; i++) {
		const struct use *u = &s->use[i];
		const struct sb_site *site = log_site(u->log, u->counter->site);

		shown[i] = (struct shown){
			u, site,
			report_of_seeding(s->group)
				? own_hash(u->log, site, frames)
				: place_hash(u->log, site, frames),
			u->counter->count
		};
	}
	qsort(shown, s->uses, sizeof(*shown), by_hash);
	for (size_t i = 0; i < s->uses; i++) {
		if (n && shown[n - 1].hash == shown[i].hash)
			shown[n - 1].calls += shown[i].calls;
		else
			shown[n++] = shown[i];
	}
	qsort(shown, n, sizeof(*shown), by_calls);
	return n;
}
