/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempts.h"
#include "clock.h"
#include "progress.h"
#include "written.h"

bool attempts_late(const struct attempts *a)
{
	return a->until > 0 && clock_steady() > a->until;
}

static struct attempt *add(struct attempts *a)
{
	struct attempt **at = realloc(a->at, (a->n + 1) * sizeof(*at));
	struct attempt *made = calloc(1, sizeof(*made));

	if (at)
		a->at = at;
	if (!at || !made) {
		free(made);
		return NULL;
	}
	at[a->n++] = made;
	return made;
}

static int finish(const struct attempts *a, struct attempt *x)
{
	bool late = a->any_end && x->outcome.how == TIMED_OUT;
	int ret;

	if ((x->outcome.how != ENDED && !late) || !x->outcome.dir)
		return x->outcome.how == INTERRUPTED ? -EINTR : -ECANCELED;
	ret = result_of_run(&x->result, x->outcome.dir);
	if (!ret)
		x->digest = result_digest(&x->result);
	return ret;
}

static struct attempt *of_outcome(struct attempts *a, const struct outcome *o)
{
	for (size_t i = 0; i < a->n; i++)
		if (&a->at[i]->outcome == o)
			return a->at[i];
	return NULL;
}

/* Waits for one of those that are going on. */
static int wait_for_one(struct attempts *a, size_t *going, size_t *done,
			const struct attempt **bad)
{
	struct outcome *o = experiment_wait(a->experiment, progress_tick, NULL);
	struct attempt *x = o ? of_outcome(a, o) : NULL;
	int ret = x ? finish(a, x) : -ECANCELED;

	(*going)--;
	(*done)++;
	if (ret && !*bad)
		*bad = x;
	return ret;
}

int attempts_make(struct attempts *a, const struct trial *const *trial,
		  size_t n, const struct attempt **bad)
{
	size_t before = a->n, started = 0, going = 0, done = 0;
	int ret = 0, one;

	*bad = NULL;
	while (going || (started < n && !ret)) {
		if (started < n && !ret && going < (a->jobs ? a->jobs : 1)) {
			struct attempt *x = add(a);

			one = x ? experiment_start(a->experiment,
						   trial[started], &x->outcome)
				: -ENOMEM;
			started++;
			going += !one;
		} else {
			one = wait_for_one(a, &going, &done, bad);
			progress_set(before + done, a->planned);
		}
		if (!ret)
			ret = one;
		if (experiment_signal(a->experiment))
			ret = -EINTR;
	}
	return ret;
}

void attempts_free(struct attempts *a)
{
	for (size_t i = 0; i < a->n; i++) {
		outcome_free(&a->at[i]->outcome);
		result_free(&a->at[i]->result);
		free(a->at[i]);
	}
	free(a->at);
	a->at = NULL;
	a->n = 0;
}

const char *attempt_name(const struct attempt *a)
{
	const char *slash =
		a->outcome.dir ? strrchr(a->outcome.dir, '/') : NULL;

	return slash ? slash + 1 : "?";
}

char *attempt_trouble(const struct attempt *a, double timeout)
{
	const struct outcome *o = &a->outcome;
	char *text = NULL;
	int ret;

	if (o->how == TIMED_OUT)
		ret = asprintf(&text,
			       "run %s did not end within %g s; raise "
			       "--timeout, or see samebits report %s",
			       attempt_name(a), timeout, attempt_name(a));
	else if (o->trouble)
		ret = asprintf(&text, "%s", o->trouble);
	else
		ret = asprintf(&text,
			       "a run did not come to an end that samebits "
			       "knows of (status %d)",
			       o->status);
	return ret < 0 ? NULL : text;
}

char *attempt_place(void *run, const struct file_entry *entry)
{
	const struct place_of *p = run;

	if (!entry->path)
		return NULL;
	if (!p->attempt)
		return access(entry->path, R_OK) ? NULL : strdup(entry->path);
	/* stdout and stderr lie with the run. */
	if (entry == &p->attempt->result.out ||
	    entry == &p->attempt->result.err)
		return strdup(entry->path);
	return experiment_path(p->attempts->experiment, &p->attempt->outcome,
			       entry->path);
}

int attempts_compare(struct verdict *v, const struct attempts *a,
		     const struct attempt *x, const struct attempt *y,
		     const struct tolerance *t)
{
	struct place_of px = { a, x }, py = { a, y };
	struct comparison c = { .a = &x->result,
				.b = &y->result,
				.run_a = &px,
				.run_b = &py,
				.place = attempt_place,
				.tolerance = t };

	return result_compare(v, &c);
}

void attempts_written(struct verdict *v, const struct attempts *a,
		      const struct attempt *x, const struct attempt *y)
{
	struct place_of px = { a, x }, py = { a, y };
	struct comparison c = { .a = &x->result,
				.b = &y->result,
				.run_a = &px,
				.run_b = &py,
				.place = attempt_place };

	written_find(v, &c);
}
