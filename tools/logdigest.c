/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "logdigest.h"
#include "tally.h"

/* What of a counter is the same in an identical run, without padding. */
struct place {
	uint64_t process, thread, source, site;
	uint64_t exec, policy, count, bytes, value;
};

static uint64_t hash(const char *text)
{
	return XXH3_64bits(text, strlen(text));
}

static XXH128_hash_t of_counter(const struct log *log,
				const struct sb_counter *c)
{
	const struct sb_site *site = log_site(log, c->site);
	struct place p = {
		.process = log->head.lineage,
		.thread = hash(log_thread_path(log, c->thread)),
		.source = c->source < log->nsources
				  ? hash(log->source[c->source].name)
				  : 0,
		.site = site ? site->hash : 0,
		.exec = log->head.exec,
		.policy = c->policy,
		.count = c->count,
		.bytes = c->bytes,
		.value = c->digest,
	};

	return XXH3_128bits(&p, sizeof(p));
}

/* {"getrandom": "force", …}: what was called, and what was done about it. */
static json_t *sources(const struct rundir *run)
{
	json_t *j = json_object();
	struct tally t;

	if (!tally_make(&t, run))
		for (size_t i = 0; i < t.n; i++)
			json_object_set_new(j, t.source[i].name,
					    json_string(tally_policy(
						    &t.source[i])));
	tally_free(&t);
	return j;
}

/* Sums, as the order of counters in a log is that of the threads. */
json_t *log_summary(const struct rundir *run)
{
	uint64_t high = 0, low = 0, calls = 0;
	char digest[40];

	for (size_t i = 0; i < run->nlogs; i++) {
		const struct log *log = &run->log[i];

		for (size_t k = 0; k < log->ncounters; k++) {
			const struct sb_counter *c = log->counter[k];
			XXH128_hash_t h;

			if (!c)
				continue;
			h = of_counter(log, c);
			high += h.high64;
			low += h.low64;
			calls += c->count;
		}
	}
	snprintf(digest, sizeof(digest), "%016llx%016llx",
		 (unsigned long long)high, (unsigned long long)low);
	return json_pack("{s:s, s:I, s:I, s:o}", "digest", digest, "calls",
			 (json_int_t)calls, "processes",
			 (json_int_t)run->nlogs, "sources", sources(run));
}
