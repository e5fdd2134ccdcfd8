/* SPDX-License-Identifier: MIT */
/* What is to be said of a set of trials beside its numbers. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "ownseeds.h"
#include "text.h"
#include "trialset.h"

#define FEW 5

struct set {
	const json_t *record;
	json_t *trials;
	json_t *notes;
	json_int_t repeat;
};

static json_int_t number_of(const json_t *trial, const char *key)
{
	return json_integer_value(json_object_get(trial, key));
}

/* ---- failures ---- */

static void note_failed(const struct set *s)
{
	size_t failed = trialset_failed(s->record);

	if (failed)
		text_note(s->notes,
			  "%zu of %zu trials failed: their values are in no "
			  "statistic",
			  failed, json_array_size(s->trials));
}

static void note_metrics(const struct set *s)
{
	json_t *summary = json_object_get(s->record, "summary"), *one;
	const char *name;

	json_object_foreach(summary, name, one) {
		json_int_t n = number_of(one, "count");
		json_int_t nan = number_of(one, "nan");
		json_int_t missing = number_of(one, "missing");

		if (nan)
			text_note(s->notes,
				  "%s: %lld value%s NaN or infinite, and in no "
				  "statistic",
				  name, (long long)nan,
				  nan == 1 ? " is" : "s are");
		if (missing)
			text_note(s->notes, "%s: %lld value%s missing", name,
				  (long long)missing,
				  missing == 1 ? " is" : "s are");
		if (n > 1 && n < FEW &&
		    json_number_value(json_object_get(one, "deviation")) > 0)
			text_note(
				s->notes,
				"%s: %lld values say little: the interval is "
				"right only if they are normally distributed; "
				"make more trials (-n 10)",
				name, (long long)n);
	}
}

/* ---- folds ---- */

static void note_folds(const struct set *s)
{
	json_int_t folds = number_of(s->record, "folds");

	if (folds < 2)
		return;
	if (json_array_size(json_object_get(s->record, "seeds")) == 1)
		text_note(s->notes,
			  "the values are those of %lld folds, which share "
			  "training data: the interval is too narrow; take "
			  "several seeds",
			  (long long)folds);
	else
		text_note(s->notes,
			  "each value is the mean of a seed's %lld folds",
			  (long long)folds);
}

/* ---- equal bits ---- */

static void note_repeats(const struct set *s)
{
	json_t *first = json_object(), *trial;
	size_t i, compared = 0, differ = 0;
	char key[32];

	json_array_foreach(s->trials, i, trial) {
		const char *result = text_some(trial, "result");
		const json_t *before;

		if (!*result)
			continue;
		snprintf(key, sizeof(key), "%lld",
			 (long long)number_of(trial, "trial"));
		before = json_object_get(first, key);
		compared += before != NULL;
		differ += before && strcmp(json_string_value(before), result);
		if (!before)
			json_object_set_new(first, key, json_string(result));
	}
	json_decref(first);
	if (compared && !differ)
		text_note(
			s->notes,
			"the computation repeats bit for bit: each trial gave "
			"the same result %lld times, so all spread is that of "
			"the seeds",
			(long long)s->repeat);
	else if (compared)
		text_note(s->notes,
			  "the computation does not repeat: %zu of %zu repeats "
			  "have another result than the first; samebits check "
			  "says what differs",
			  differ, compared);
}

/* Of trials whose seeds differ: 1 all gave this; 0 not; -1 there are no two. */
static int all_equal(const struct set *s, const char *(*of)(const json_t *, void *),
		     void *arg)
{
	const char *first = NULL;
	json_int_t seed = 0;
	bool seeds = false;
	json_t *trial;
	size_t i;

	json_array_foreach(s->trials, i, trial) {
		const char *one = of(trial, arg);

		if (!one || !*one)
			continue;
		if (first && strcmp(first, one))
			return 0;
		if (!first)
			seed = number_of(trial, "seed");
		first = first ? first : one;
		seeds |= number_of(trial, "seed") != seed;
	}
	return seeds ? 1 : -1;
}

static const char *bits_of(const json_t *trial, void *none)
{
	(void)none;
	return text_some(trial, "bits");
}

/* Folds have other data, and may have other results. */
static bool bits_equal(const struct set *s)
{
	return all_equal(s, bits_of, NULL) == 1;
}

static bool values_equal(const struct set *s, const char **metric)
{
	json_t *summary = json_object_get(s->record, "summary"), *one;
	const char *name;

	json_object_foreach(summary, name, one) {
		*metric = name;
		if (number_of(one, "count") > 1 &&
		    json_number_value(json_object_get(one, "least")) ==
			    json_number_value(json_object_get(one, "most")) &&
		    number_of(s->record, "folds") == 0)
			return true;
	}
	return false;
}

/* The first OWNSEEDS_SHOWN of the places, in words. */
static char *places(json_t *found)
{
	size_t n = json_array_size(found), size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	for (size_t i = 0; i < n && i < OWNSEEDS_SHOWN; i++)
		fprintf(to, "%s%s", i ? ", " : "",
			json_string_value(json_array_get(found, i)));
	if (n > OWNSEEDS_SHOWN)
		fprintf(to, " and %zu more", n - OWNSEEDS_SHOWN);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}

/* What is to be done about them. */
static const char *cure(const struct ownseeds *own)
{
	if (own->reseed)
		return "; --reseed overrides them";
	return own->honoured ? "; without honour in --seeds they are mixed "
			       "with the trial's"
			     : "";
}

/* A value may be the same for other reasons: all right, or all wrong. */
static void note_own_seeds(const struct set *s, const char *store)
{
	bool bits = bits_equal(s);
	const char *metric = NULL;
	char dir[PATH_MAX], *where;
	struct ownseeds own;

	if (!bits && !values_equal(s, &metric))
		return;
	snprintf(dir, sizeof(dir), "%s/%s", store,
		 text_some(json_array_get(s->trials, 0), "run"));
	ownseeds_find(&own, dir);
	where = json_array_size(own.places) ? places(own.places) : NULL;
	text_note(
		s->notes, "%s%s although the seeds differ: the program %s%s%s",
		bits ? "all trials gave the same bits" : metric,
		bits ? "" : " is the same in all trials",
		where ? (bits ? "fixes its own seeds: "
			      : "may fix its own seeds: ")
		      : "draws no random numbers for it, or fixes its own "
			"seeds "
			"in code that calls no seeding function that samebits "
			"knows",
		where ? where : "", cure(&own));
	free(where);
	ownseeds_free(&own);
}

/* ---- files ---- */

/* Two of different seeds, in the store; false: there are none. */
static bool two_runs(const struct set *s, const char *store, char a[PATH_MAX],
		     char b[PATH_MAX])
{
	const json_t *first = NULL;
	json_t *trial;
	size_t i;

	json_array_foreach(s->trials, i, trial) {
		if (!*text_some(trial, "bits"))
			continue;
		if (!first) {
			first = trial;
			continue;
		}
		if (number_of(first, "trial") == number_of(trial, "trial"))
			continue;
		snprintf(a, PATH_MAX, "%s/%s", store, text_some(first, "run"));
		snprintf(b, PATH_MAX, "%s/%s", store, text_some(trial, "run"));
		return true;
	}
	return false;
}

static const char *common_output(const struct files *a, const struct files *b)
{
	for (size_t i = 0; i < a->outputs; i++)
		for (size_t k = 0; k < b->outputs; k++)
			if (!strcmp(a->output[i].path, b->output[k].path))
				return a->output[i].path;
	return NULL;
}

/* Of runs at a time, either may have got the other's. */
static void note_same_file(const struct set *s, const char *store)
{
	bool at_a_time = number_of(s->record, "jobs") > 1;
	char dir_a[PATH_MAX], dir_b[PATH_MAX];
	struct files a = { 0 }, b = { 0 };
	const char *path = NULL;

	if (!two_runs(s, store, dir_a, dir_b))
		return;
	if (!files_read(&a, dir_a) && !files_read(&b, dir_b))
		path = common_output(&a, &b);
	if (path)
		text_note(
			s->notes,
			"trials write the same file, %s: %s; put {seed} into "
			"its name",
			path,
			at_a_time
				? "at a time, so that what it holds is of any "
				  "of them"
				: "the last one's is left");
	files_free(&a);
	files_free(&b);
}

/* Some are still Slurm's, or were when somebody last asked. */
static void note_slurm(struct set *s)
{
	const json_t *part;
	char *jobs = NULL;
	size_t i, size, n = 0;
	FILE *to = open_memstream(&jobs, &size);

	json_array_foreach(json_object_get(s->record, "slurm"), i, part) {
		const char *job =
			json_string_value(json_object_get(part, "job"));

		if (!to || json_is_true(json_object_get(part, "gathered")))
			continue;
		fprintf(to, " %s", job ? job : "?");
		n++;
	}
	if (to && !fclose(to) && n)
		text_note(s->notes,
			  "with Slurm, job%s; samebits trials --resume=N "
			  "--slurm, "
			  "with the number of these trials, waits for them",
			  jobs);
	free(jobs);
}

int trialset_note(json_t *record, const char *store, const json_t *more)
{
	struct set s = { .record = record,
			 .trials = json_object_get(record, "trials"),
			 .notes = json_array(),
			 .repeat = number_of(record, "repeat") };

	note_failed(&s);
	note_metrics(&s);
	note_folds(&s);
	if (s.repeat > 1)
		note_repeats(&s);
	note_same_file(&s, store);
	note_own_seeds(&s, store);
	note_slurm(&s);
	if (more)
		json_array_extend(s.notes, (json_t *)more);
	return json_object_set_new(record, "notes", s.notes) ? -ENOMEM : 0;
}
