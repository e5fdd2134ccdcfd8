/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "deviation.h"
#include "orders.h"
#include "perturb.h"

/* The first thing that differs, in a line or more; NULL: nothing does. */
static char *difference(const struct verdict *v)
{
	char *text = NULL;

	for (size_t i = 0; i < v->differences && !text; i++) {
		const struct difference *d = &v->difference[i];

		if (!d->within &&
		    asprintf(&text, "%s: %s", d->what, d->text) < 0)
			return NULL;
	}
	return text;
}

#define CHANCE                                                                 \
	"it differed, but not a second time, or without this, too: chance, as " \
	"of its threads' order; --schedule=turns leaves that out"

/* Where threads run as the system lets them, a difference has to come again, and
 * not to come without. 1: so it is. */
static int holds(struct repeat *r, const struct attempt *base,
		 const struct trial *t)
{
	const struct trial *both[] = { &r->trial, t };
	struct attempts *a = &r->attempts;
	const struct attempt *bad;
	int ret;

	if (wanted_turns() || !run_threaded(base->outcome.dir))
		return 1;
	ret = attempts_make(a, both, 2, &bad);
	if (ret)
		return ret;
	return !repeat_differ(r, base, a->at[a->n - 2]) &&
	       repeat_differ(r, base, a->at[a->n - 1]);
}

static int judge(struct repeat *r, struct verdict *v,
		 const struct attempt *base, const struct deviation *d,
		 const struct trial *t)
{
	const struct attempt *last = r->attempts.at[r->attempts.n - 1];
	struct verdict one = { .is = VERDICT_SAME };
	int ret = 0, held = 1;
	char *text;

	if (last->digest != base->digest)
		ret = repeat_compare(r, &one, base, last);
	text = difference(&one);
	if (!ret && text)
		held = holds(r, base, t);
	if (held < 0)
		ret = held;
	if (!ret)
		ret = verdict_add_variation(v, d->name, d->how,
					    held ? text : NULL,
					    held ? NULL : CHANCE);
	free(text);
	verdict_free(&one);
	return ret;
}

/* Of one that could not be started nothing is known. */
static int vary(struct repeat *r, struct verdict *v, const struct attempt *base,
		const struct deviation *d)
{
	struct deviated *room = calloc(1, sizeof(*room));
	const struct attempt *bad = NULL;
	const struct trial *t;
	char *text;
	int ret;

	if (!room)
		return -ENOMEM;
	deviate(room, &r->trial, &d, 1, 0);
	t = &room->trial;
	ret = attempts_make(&r->attempts, &t, 1, &bad);
	if (!ret)
		ret = judge(r, v, base, d, t);
	free(room);
	if (!ret || ret == -EINTR || !bad)
		return ret;
	text = attempt_trouble(bad, r->timeout);
	ret = verdict_add_variation(v, d->name, d->how, NULL,
				    text ? text : "it did not run");
	free(text);
	return ret;
}

int perturb(struct repeat *r, struct verdict *v, const struct attempt *base)
{
	size_t depends = 0, n = 0;
	int ret = 0;

	for (const struct deviation *d = perturbations; d->name; d++)
		n++;
	r->attempts.planned = r->attempts.n + n;
	for (const struct deviation *d = perturbations; d->name && !ret; d++)
		ret = vary(r, v, base, d);
	for (size_t i = 0; i < v->variations; i++)
		depends += v->variation[i].text != NULL;
	if (ret)
		return ret;
	if (!depends)
		return verdict_say(v,
				   "the result depends on none of %zu things "
				   "that surround the program",
				   v->variations);
	v->is = VERDICT_DIFFERENT;
	return verdict_say(v,
			   "the result depends on %zu of %zu things that "
			   "surround the program",
			   depends, v->variations);
}
