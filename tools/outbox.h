/* SPDX-License-Identifier: MIT */
/*
 * What is to be sent to trackers: STORE/outbox/ID.json, there before the first
 * byte is sent and until all was taken. Whoever sends an entry has it locked; a
 * lock ends with its process, so what was killed is sent again, by the same id.
 */
#ifndef SAMEBITS_OUTBOX_H
#define SAMEBITS_OUTBOX_H

#include <jansson.h>

#define OUTBOX_DIR "outbox"

struct outbox_entry {
	char *path;
	char *id; /* sorts by age; letters, digits and "-" */
	json_t *content;
	int fd; /* locked */
};

/* A new one, locked; content is taken over and gets "id". It is filled in also
 * where it cannot be kept, which is -errno: sent without a net then. */
int outbox_add(struct outbox_entry *e, const char *store, json_t *content);
/* The names of those that wait, oldest first, and what was left half-written is
 * removed: an array of strings, or NULL: none. */
json_t *outbox_list(const char *store);
/* Reads and locks one. -EBUSY: somebody sends it right now; -ENOENT: it was sent
 * meanwhile; -EBADMSG: it is damaged; another -errno. */
int outbox_open(struct outbox_entry *e, const char *store, const char *name);
/* It was taken. 0 or -errno. */
int outbox_remove(struct outbox_entry *e);
/* Why it was not; for who reads the file. */
void outbox_keep(struct outbox_entry *e, const char *why);
/* Unlocks and frees. */
void outbox_close(struct outbox_entry *e);

#endif
