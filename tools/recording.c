/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../shim/event.h"
#include "cmd.h"
#include "find.h"
#include "rank.h"
#include "recording.h"
#include "runopts.h"
#include "say.h"
#include "sites.h"
#include "symbols.h"
#include "text.h"

struct recording recording;

#define FROM_MAX 511 /* what the shim has room for (shim/config.h) */
#define SECOND 1000000000ull
#define FRAMES 12 /* of each of two stacks */

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

void recording_begin(void)
{
	uint64_t real = now(CLOCK_REALTIME);

	recording.mode = "record";
	recording.start = real / SECOND;
	recording.clock = real % SECOND;
	recording.origin = now(CLOCK_MONOTONIC) - recording.clock;
	if (wanted.record_network)
		opts_number(wanted.record_network, 1, &recording.network);
}

json_t *recording_json(void)
{
	json_t *j;

	if (!recording.mode)
		return json_null();
	j = json_pack("{s:s, s:I, s:I}", "mode", recording.mode, "start",
		      (json_int_t)recording.start, "clock",
		      (json_int_t)recording.clock);
	if (*recording.from)
		json_object_set_new(j, "of", text_json(recording.from));
	if (recording.network)
		json_object_set_new(
			j, "network",
			json_integer((json_int_t)recording.network));
	if (wanted.trap)
		json_object_set_new(j, "trap", text_json(wanted.trap));
	return j;
}

/* ---- to be given back ---- */

#define KIND(name) (1ull << SB_TAPE_##name)
static const struct group {
	const char *name;
	uint64_t kinds;
} groups[] = {
	{ "entropy", KIND(ENTROPY) | KIND(RANDOM_DEVICE) },
	{ "uuid", KIND(UUID) },
	{ "temp", KIND(TEMP) },
	{ "fortran", KIND(FORTRAN) },
	{ "clock", KIND(CLOCK) },
	{ "order", KIND(NAMES) },
	{ "at_random", KIND(MEMORY) },
	{ "locks", KIND(SYNC) | KIND(GUARD) },
	{ "heard", KIND(READ) | KIND(READY) | KIND(CHILD) | KIND(FAR) },
	{ "none", 1 }, /* a kind that there is not */
};
#define GROUPS (sizeof(groups) / sizeof(*groups))

static bool add_group(const char *word)
{
	const char *names[GROUPS + 1] = { NULL }, *near;

	for (size_t i = 0; i < GROUPS; i++) {
		names[i] = groups[i].name;
		if (strcmp(word, groups[i].name))
			continue;
		recording.kinds |= groups[i].kinds;
		return true;
	}
	near = say_nearest(word, names);
	fail("--replay: nothing in a recording is called %s; %s%s%s", word,
	     near ? "did you mean "
		  : "entropy, uuid, temp, fortran, clock, "
		    "order, at_random, locks, heard or none",
	     near ? near : "", near ? "?" : "");
	return false;
}

/* The colon before the groups; NULL: there are none. Paths may have some. */
static char *groups_of(const char *name)
{
	char *colon = strrchr(name, ':');

	return colon && !strchr(colon, '/') ? colon : NULL;
}

/* "RUN:a,b" becomes "RUN"; false: it was said. */
static bool take_groups(char *name)
{
	char *colon = groups_of(name), *rest = colon, *word;

	recording.kinds = 0;
	if (!colon)
		return true;
	*rest++ = 0;
	while ((word = strsep(&rest, ",")))
		if (!add_group(word))
			return false;
	return true;
}

/* Options that decided on values stand in the manifest; those that are given
 * now come before. */
static void take_options(const json_t *manifest)
{
	const json_t *given = json_object_get(manifest, "options");
	const char *trap = json_string_value(json_object_get(
		json_object_get(manifest, "recording"), "trap"));

	for (const struct opt *o = wanted_control; o->name; o++) {
		const char *value =
			json_string_value(json_object_get(given, o->name));

		if (value && !*o->value)
			*o->value = strdup(value);
	}
	if (trap && !wanted.trap)
		wanted.trap = strdup(trap);
}

static int take(const json_t *manifest, const char *name, const char *dir)
{
	const json_t *j = json_object_get(manifest, "recording");
	const char *mode = json_string_value(json_object_get(j, "mode"));

	if (!mode || strcmp(mode, "record"))
		return fail("%s: this run was not recorded; record one with "
			    "samebits run --record -- PROGRAM",
			    name);
	if (strlen(dir) > FROM_MAX)
		return fail("%s: a path longer than %d bytes; move the store",
			    dir, FROM_MAX);
	recording.mode = "replay";
	recording.start =
		(uint64_t)json_integer_value(json_object_get(j, "start"));
	recording.clock =
		(uint64_t)json_integer_value(json_object_get(j, "clock"));
	recording.network =
		(uint64_t)json_integer_value(json_object_get(j, "network"));
	snprintf(recording.from, sizeof(recording.from), "%s", dir);
	take_options(manifest);
	return 0;
}

/* The recorded command, or NULL after saying why there is none. */
static char **command_of(const json_t *manifest, const char *run)
{
	const json_t *words = json_object_get(manifest, "argv");
	const char *word;
	size_t n = json_array_size(words), i;
	char **argv = calloc(n + 1, sizeof(*argv));

	if (!n || !argv ||
	    json_is_false(json_object_get(manifest, "argv_whole"))) {
		fail("%s: its command is not kept as a whole (a secret?); name "
		     "it behind --: PROGRAM [ARG...]",
		     run);
		free(argv);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		word = json_string_value(json_array_get(words, i));
		argv[i] = strdup(word ? word : "");
	}
	return argv;
}

/* The runs are kept where the recorded one is. */
static const char *store_of(const char *dir)
{
	static char store[PATH_MAX];

	snprintf(store, sizeof(store), "%s", dir);
	*strrchr(store, '/') = 0;
	return store;
}

/* Each rank has a recording of its own in a job's run. */
static void add_rank(char *dir, size_t size)
{
	struct rank rank = rank_find();
	size_t n = strlen(dir);
	char own[32];

	if (!rank.size)
		return;
	snprintf(own, sizeof(own), "/rank-%04u", rank.rank);
	if (n + strlen(own) < size)
		strcpy(dir + n, own);
	if (access(dir, F_OK))
		dir[n] = 0;
}

/* Goes to where the recorded command ran, and takes that. */
static int take_command(const json_t *manifest, const char *name, char ***argv)
{
	const char *cwd =
		json_string_value(json_object_get(manifest, "cwd"));

	*argv = recording.command = command_of(manifest, name);
	if (!*argv)
		return STATUS_TROUBLE;
	if (cwd && !chdir(cwd))
		return 0;
	return fail("%s: it ran in %s: %s; name its program to run it here, "
		    "behind --",
		    name, cwd ? cwd : "an unknown directory", strerror(errno));
}

static int replay(char *name, char ***argv)
{
	char dir[PATH_MAX];
	json_t *manifest;
	int ret;

	if (!take_groups(name))
		return STATUS_TROUBLE;
	ret = find_run(wanted.store, name, dir, sizeof(dir));
	if (ret)
		return ret;
	if (find_is_record(name, dir))
		return STATUS_TROUBLE;
	if (!wanted.store)
		wanted.store = store_of(dir);
	add_rank(dir, sizeof(dir));
	manifest = manifest_read(dir);
	ret = take(manifest, name, dir);
	if (!ret && !**argv)
		ret = take_command(manifest, name, argv);
	json_decref(manifest);
	return ret;
}

int recording_replay(char ***argv)
{
	static char whole[PATH_MAX + 256];
	const char *groups = groups_of(wanted.replay);
	char *name = strdup(wanted.replay);
	int ret = name ? replay(name, argv) : STATUS_TROUBLE;

	/* By a name that holds wherever runs are made. */
	snprintf(whole, sizeof(whole), "%s%s", recording.from,
		 groups ? groups : "");
	wanted.replay = whole;
	free(name);
	return ret;
}

/* ---- where it was left ---- */

struct head {
	unsigned kind, source, tag;
	uint64_t len;
	bool known;
};

struct left {
	char why[16], process[256], thread[96];
	unsigned exec;
	uint64_t index;
	struct head recorded, asked;
	uint32_t site; /* of the replay; 0: not known */
};

static bool read_left(struct left *l, const char *dir)
{
	char path[PATH_MAX], line[512];
	FILE *f;

	*l = (struct left){ 0 };
	snprintf(path, sizeof(path), "%s/divergence", dir);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		struct head *h =
			!strncmp(line, "asked", 5) ? &l->asked : &l->recorded;

		if (sscanf(line, "why %15s", l->why) == 1 ||
		    sscanf(line, "process %255s", l->process) == 1 ||
		    sscanf(line, "exec %u", &l->exec) == 1 ||
		    sscanf(line, "thread %95s", l->thread) == 1 ||
		    sscanf(line, "index %" SCNu64, &l->index) == 1 ||
		    sscanf(line, "site %" SCNu32, &l->site) == 1)
			continue;
		h->known = sscanf(line, "%*s %u %" SCNu64 " %u %u", &h->kind,
				  &h->len, &h->source, &h->tag) == 4;
	}
	if (f)
		fclose(f);
	return *l->why;
}

static const struct log *log_of(const struct rundir *run, const struct left *l)
{
	for (size_t i = 0; i < run->nlogs; i++)
		if (run->log[i].head.exec == l->exec &&
		    !strcmp(run->log[i].head.path, l->process))
			return &run->log[i];
	return NULL;
}

static const char *source_of(const struct log *log, const struct head *h)
{
	return log && h->source < log->nsources ? log->source[h->source].name
						: "?";
}

/* The place of a call, among those of its thread and source. */
static const struct sb_site *site_of(const struct log *log,
				     const struct left *l, const struct head *h)
{
	for (size_t i = 0; log && i < log->ncounters; i++) {
		const struct sb_counter *c = log->counter[i];
		const struct sb_site *s = c ? log_site(log, c->site) : NULL;

		if (s && c->source == h->source &&
		    SB_TAPE_TAG(s->hash) == h->tag &&
		    !strcmp(log_thread_path(log, c->thread), l->thread))
			return s;
	}
	return NULL;
}

/* What is no call of a source. */
static const char *const kinds[SB_TAPE_KINDS] = {
	[SB_TAPE_NAMES] = "the names in a directory",
	[SB_TAPE_SYNC] = "a lock",
	[SB_TAPE_READ] = "a read from others",
	[SB_TAPE_READY] = "a wait for descriptors",
	[SB_TAPE_CHILD] = "a wait for a child",
	[SB_TAPE_GUARD] = "a static variable of C++",
	[SB_TAPE_FAR] = "a call that has to do with another host",
};

/* site: where; NULL: among those of its source. */
static void print_call(FILE *to, struct symbols *symbols, struct notes *notes,
		       const struct log *log, const struct left *l,
		       const struct head *h, const struct sb_site *site)
{
	bool call = h->kind >= SB_TAPE_KINDS || !kinds[h->kind];

	if (call && !site)
		site = site_of(log, l, h);
	if (call)
		fprintf(to, "%s, %" PRIu64 " byte%s", source_of(log, h), h->len,
			h->len == 1 ? "" : "s");
	else
		fprintf(to, "%s", kinds[h->kind]);
	if (call || site) {
		fprintf(to, "\nsamebits:     ");
		site_print(to, symbols, notes, log, site, FRAMES,
			   "\nsamebits:     ");
	}
	fprintf(to, "\n");
}

static const char *sentence(const char *why)
{
	if (!strcmp(why, "end"))
		return "the recording ends here";
	if (!strcmp(why, "missing"))
		return "nothing was recorded of this thread";
	if (!strcmp(why, "damaged"))
		return "the recording is damaged here";
	return NULL;
}

bool recording_left(FILE *to, const struct rundir *replay)
{
	struct symbols *symbols = symbols_new();
	struct notes notes = { 0 };
	const struct log *now;
	struct rundir recorded;
	struct left l;

	if (!symbols || !read_left(&l, replay->dir)) {
		symbols_free(symbols);
		return false;
	}
	fprintf(to,
		"samebits: left the recording in process %s, thread %s, at "
		"value %" PRIu64 "\n",
		l.process, l.thread, l.index);
	rundir_open(&recorded, recording.from);
	fprintf(to, "samebits:   recorded: ");
	if (l.recorded.known)
		print_call(to, symbols, &notes, log_of(&recorded, &l), &l,
			   &l.recorded, NULL);
	else
		fprintf(to, "%s\n", sentence(l.why));
	fprintf(to, "samebits:   replayed: ");
	now = log_of(replay, &l);
	/* With its lines, where it is a call of a source. */
	if (l.asked.known)
		print_call(to, symbols, &notes, now, &l, &l.asked,
			   !now || l.asked.tag ? NULL : log_site(now, l.site));
	else
		fprintf(to, "the thread ended\n");
	notes_free(&notes);
	rundir_close(&recorded);
	symbols_free(symbols);
	return true;
}
