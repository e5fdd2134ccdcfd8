/* SPDX-License-Identifier: MIT */
/* Where a program seeds itself: explicit calls in a run's log that kept the
 * program's own seed. */
#ifndef SAMEBITS_OWNSEEDS_H
#define SAMEBITS_OWNSEEDS_H

#include <stdbool.h>

#include <jansson.h>

#define OWNSEEDS_SHOWN 5

struct ownseeds {
	json_t *places; /* texts, each once: "random.seed(42) at train.py:3",
			 * "srand() at train.c:12" */
	bool reseed;	/* --reseed would mix some of them with the seed */
	bool honoured;	/* --seeds honour has left some of them alone */
};

/* Of a run's directory; ownseeds_free() is due. */
void ownseeds_find(struct ownseeds *own, const char *dir);
void ownseeds_free(struct ownseeds *own);

#endif
