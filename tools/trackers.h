/* SPDX-License-Identifier: MIT */
/*
 * The trackers that `samebits log` knows. An entry (outbox.h) has
 *
 *	"tracker"	the row's name
 *	"to"		an address or the absolute path of a file
 *	"experiment"	the name under which trackers put runs together
 *	"runs"		track.h
 *	"id"		the entry's; run N of it is "ID-N" for the tracker, and is
 *			never there twice however often it is sent
 */
#ifndef SAMEBITS_TRACKERS_H
#define SAMEBITS_TRACKERS_H

#include <stdbool.h>

#include <jansson.h>

enum sent {
	SENT,
	SENT_LATER, /* down, slow or busy: it is for the next ones, too */
	SENT_NOT,   /* something is to be put right first */
};

struct delivery {
	double timeout; /* seconds a request */
	char *why;  /* not SENT: a sentence with the cure */
	char *note; /* SENT, but: a sentence, or NULL */
	char *where; /* SENT: where it can be seen, or NULL */
};

struct tracker {
	const char *name;
	enum sent (*send)(const json_t *entry, struct delivery *d);
};

extern const struct tracker tracker_csv;
extern const struct tracker tracker_json;
extern const struct tracker tracker_mlflow;
extern const struct tracker tracker_wandb;

/* NULL: it is not known. */
const struct tracker *tracker_find(const char *name);
/* Is everything there that senders rely on? Files may be damaged or edited. */
bool entry_valid(const json_t *entry);
void delivery_free(struct delivery *d);

/* Helpers of those: */
const char *entry_text(const json_t *entry, const char *key);
/* "ID-N"; the caller's to free. */
char *entry_run_id(const json_t *entry, size_t n);
/* Sets *text (d->why, d->note, …), which is freed first. */
__attribute__((format(printf, 2, 3))) void
delivery_say(char **text, const char *format, ...);

#endif
