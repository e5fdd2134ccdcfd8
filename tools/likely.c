/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "likely.h"
#include "orders.h"

#define RUNS 3 /* that have to agree */

/* 1: `n` runs agree; 0: they do not, or did not end in time. */
static int agree(struct repeat *r, struct verdict *v, const struct trial *t,
		 size_t n)
{
	struct attempts *a = &r->attempts;
	size_t first = a->n;
	bool same = true;
	int ret;

	if (attempts_late(a))
		return 0;
	a->any_end = true;
	ret = repeat_more(r, v, t, 1);
	if (!ret && a->at[first]->outcome.how == ENDED)
		ret = repeat_more(r, v, t, n - 1);
	a->any_end = false;
	if (ret)
		return ret;
	for (size_t i = first; i < a->n; i++)
		same &= a->at[i]->outcome.how == ENDED &&
			!repeat_differ(r, a->at[first], a->at[i]);
	return same && !order_deadlocked(a->at[first]);
}

static int controlled(struct repeat *r, struct verdict *v, double limit,
		      size_t n)
{
	struct trial t = r->trial;

	t.native = false;
	if (!(t.timeout > 0))
		t.timeout = limit;
	return agree(r, v, &t, n);
}

static int in_turns(struct repeat *r, struct verdict *v, double limit)
{
	struct order *o = calloc(1, sizeof(*o));
	int ret = -ENOMEM;

	if (!o)
		return ret;
	order_make(o, &r->trial, 0);
	o->trial.native = false;
	if (!(o->trial.timeout > 0))
		o->trial.timeout = limit;
	ret = agree(r, v, &o->trial, RUNS);
	free(o);
	return ret;
}

static bool are_in_turns(const struct trial *t)
{
	bool turns = false;

	for (const char *const *o = t->options; o && *o; o++)
		if (!strcmp(*o, "--schedule") && o[1])
			turns = !strcmp(o[1], "turns");
	return turns;
}

#define ORDER                                                                  \
	"the order in which its threads run: %d runs in turns (samebits run "  \
	"--schedule=turns) are the same. A data race, or threads whose "       \
	"results are taken as they come; samebits check --chaos 20 shows "     \
	"which results there are"
#define CONTROLLED                                                             \
	"what samebits run controls: %d such runs are the same; samebits "     \
	"blame says what of it%s"
#define THREADED                                                               \
	". Of its threads' order that is no proof: samebits check --chaos 20 " \
	"tries others"
#define NOTHING                                                                \
	"nothing that samebits controls: memory that was never written "       \
	"(valgrind, -fsanitize=memory), an instruction that reads the chip, "  \
	"or an input that is not seen%s"
#define UNTOLD                                                                 \
	"; or its threads: %d runs in turns were not the same, or did not end"

int likely_find(struct repeat *r, struct verdict *v, const struct attempt *one,
		bool native)
{
	double limit = order_limit(one->outcome.seconds);
	bool threaded = run_threaded(one->outcome.dir);
	/* Threads may come to the same result by chance. */
	size_t n = threaded ? 3 * RUNS : RUNS;
	char untold[100] = "";
	int ret;

	if (native) {
		ret = controlled(r, v, limit, n);
		if (ret > 0)
			ret = verdict_likely(v, CONTROLLED, (int)n,
					     threaded ? THREADED : "")
				      ? -ENOMEM
				      : 1;
		if (ret)
			return ret < 0 ? ret : 0;
	}
	if (threaded && (native || !are_in_turns(&r->trial))) {
		ret = in_turns(r, v, limit);
		if (ret > 0)
			return verdict_likely(v, ORDER, RUNS);
		if (ret)
			return ret;
		snprintf(untold, sizeof(untold), UNTOLD, RUNS);
	}
	return verdict_likely(v, NOTHING, untold);
}
